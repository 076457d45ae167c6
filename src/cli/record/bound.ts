import type { Bound } from '../../recording/index.ts';
import { parseDurationMs } from '../../shared/duration.ts';
import { AlidadeError, isAlidadeError } from '../../shared/errors.ts';
import { parseTime } from '../time.ts';

/**
 * Where a recording starts or stops: a whole number is a pulse id; a time is written as ISO 8601, `now`, `-10s` or `+10s`.
 *
 * @throws ALI_USAGE
 */
export function parseBound(text: string, nowSeconds: () => number): Bound {
  const word = text.trim();
  if (/^\d{1,19}$/.test(word)) return { pulseId: BigInt(word) };
  try {
    return atSeconds(
      word.startsWith('+')
        ? nowSeconds() + parseDurationMs(word.slice(1)) / 1000
        : parseTime(word, nowSeconds),
    );
  } catch (cause) {
    if (!isAlidadeError(cause)) throw cause;
    throw new AlidadeError(
      'ALI_USAGE',
      `'${text}' is neither a pulse id nor a time: give 17000000000, 2026-03-01T12:00:00Z, now, -10s or +10s`,
      { cause },
    );
  }
}

export function atSeconds(seconds: number): { readonly timeNs: bigint } {
  return { timeNs: BigInt(Math.round(seconds * 1e6)) * 1000n };
}

export function boundText(bound: Bound): string {
  if ('pulseId' in bound) return `pulse ${bound.pulseId}`;
  return new Date(Number(bound.timeNs / 1_000_000n)).toISOString();
}
