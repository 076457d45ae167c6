import { grouped } from '../up/words.ts';

/** What of a status of a recording is said in words. */
export interface Told {
  readonly state: string;
  readonly problem?: string | undefined;
  readonly countdownMs: number;
  readonly written: number;
  readonly received: number;
  readonly dropped: Readonly<Partial<Record<string, number>>>;
  readonly receivedBytes: number;
  readonly firstPulseId?: bigint | number | undefined;
  readonly lastPulseId?: bigint | number | undefined;
  readonly missingPulses: bigint | number;
  readonly lostValues: Readonly<Record<string, number>>;
  readonly unverified: number;
}

/** Reasons that are no loss: these messages were not asked for. */
const unasked = new Set(['before-start', 'after-stop']);

/** `1 234 messages written (12.3 MB, pulses 5 to 1239), 2 pulses missing, 1 dropped (data-header)`. */
export function toldShortly(status: Told): string {
  const { written, receivedBytes, firstPulseId, lastPulseId, missingPulses } = status;
  const range = firstPulseId === undefined ? '' : `, pulses ${firstPulseId} to ${lastPulseId}`;
  const parts = [`${grouped(written)} messages written (${(receivedBytes / 1e6).toFixed(1)} MB${range})`];
  if (missingPulses > 0) parts.push(`${missingPulses} pulses missing`);
  const dropped = listed(status.dropped, (reason) => !unasked.has(reason));
  if (dropped !== '') parts.push(`dropped: ${dropped}`);
  const lost = listed(status.lostValues, () => true);
  if (lost !== '') parts.push(`values lost: ${lost}`);
  if (status.unverified > 0) parts.push(`${grouped(status.unverified)} values not decoded`);
  return parts.join(', ');
}

function listed(
  counts: Readonly<Partial<Record<string, number>>>,
  isWanted: (reason: string) => boolean,
): string {
  return Object.entries(counts)
    .filter(([reason, count = 0]) => count > 0 && isWanted(reason))
    .map(([reason, count = 0]) => `${grouped(count)} ${reason}`)
    .join(', ');
}

/** What a recording is doing: `writing`, `starts in 12 s`. */
export function stateText({ state, countdownMs, problem }: Told): string {
  if (problem !== undefined) return `${state}: ${problem}`;
  return state === 'waiting' && countdownMs > 0 ? `starts in ${Math.ceil(countdownMs / 1000)} s` : state;
}
