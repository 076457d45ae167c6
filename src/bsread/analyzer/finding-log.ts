import type { Clock } from '../../shared/clock.ts';
import type { Log } from '../../shared/log.ts';
import type { Finding, FindingKind } from './finding.ts';

const mostNames = 5;
const shownCharacters = 100;

/**
 * Writes findings into a log. The first of each kind is a line at once; what comes in the time after it is one line
 * together, so that a broken stream does not fill a disk.
 */
export class FindingLog implements Disposable {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #quietMs: number;
  readonly #held = new Map<FindingKind, { count: number; newest: Finding | undefined; stop: () => void }>();

  constructor(log: Log, clock: Clock, quietMs = 10_000) {
    this.#log = log;
    this.#clock = clock;
    this.#quietMs = quietMs;
  }

  add(finding: Finding): void {
    const held = this.#held.get(finding.kind);
    if (held === undefined) {
      this.#say(finding, 0);
      this.#hold(finding.kind);
    } else {
      held.count++;
      held.newest = finding;
    }
  }

  /** Says what was held back. */
  [Symbol.dispose](): void {
    for (const { count, newest, stop } of this.#held.values()) {
      stop();
      if (newest !== undefined) this.#say(newest, count - 1);
    }
    this.#held.clear();
  }

  #hold(kind: FindingKind): void {
    const stop = this.#clock.after(this.#quietMs, () => {
      const held = this.#held.get(kind);
      this.#held.delete(kind);
      if (held?.newest === undefined) return;
      this.#say(held.newest, held.count - 1);
      this.#hold(kind);
    });
    this.#held.set(kind, { count: 0, newest: undefined, stop });
  }

  #say(finding: Finding, before: number): void {
    const more = before === 0 ? '' : `; ${before} more like it in the last ${this.#quietMs / 1000} s`;
    const level = finding.kind === 'header-change' ? 'info' : 'warning';
    this.#log[level](`${textOf(finding)}${more}`, { pulse_id: finding.pulseId });
  }
}

function textOf(finding: Finding): string {
  switch (finding.kind) {
    case 'gap':
      return `${finding.missingPulses} ${finding.missingPulses === 1 ? 'pulse' : 'pulses'} missing after ${finding.afterPulseId}`;
    case 'duplicate':
      return 'a pulse came twice';
    case 'reordered':
      return `a pulse came after ${finding.afterPulseId}`;
    case 'restart':
      return `pulses are counted anew, after ${finding.afterPulseId}`;
    case 'missing-channel':
      return `without value: ${shownNames(finding.channels)}`;
    case 'header-change':
      return headerText(finding);
    case 'clock-jump':
      return `the time of the source jumped by ${finding.jumpSeconds.toFixed(3)} s`;
  }
}

function headerText({ added, removed, changed }: Extract<Finding, { kind: 'header-change' }>): string {
  const parts = [
    ...(added.length > 0 ? [`new ${shownNames(added)}`] : []),
    ...(removed.length > 0 ? [`gone ${shownNames(removed)}`] : []),
    ...(changed.length > 0 ? [`other form ${shownNames(changed)}`] : []),
  ];
  return `the data header changed: ${parts.join('; ') || 'the same channels'}`;
}

/** The first names of a list, and how many there are more. */
export function shownNames(all: readonly string[]): string {
  const clipped = (name: string) =>
    name.length > shownCharacters ? `${name.slice(0, shownCharacters)}…` : name;
  const shown = all.slice(0, mostNames).map(clipped).join(', ');
  return all.length > mostNames ? `${shown} and ${all.length - mostNames} more` : shown;
}
