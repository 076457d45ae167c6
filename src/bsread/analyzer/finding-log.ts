import type { Clock } from '../../shared/clock.ts';
import type { Log, LogFields } from '../../shared/log.ts';
import type { Finding } from './finding.ts';

/** Besides what an analyzer finds, what it does not get to see: messages that came in vain, and consumers. */
export type LoggedFinding =
  | Finding
  | { readonly kind: 'overrun'; readonly pulseId: bigint }
  | { readonly kind: 'undecodable'; readonly pulseId: bigint | undefined; readonly detail: string };

/** So long what comes after the first of a kind is held back. */
const quietMs = 10_000;
const mostNames = 5;
const shownCharacters = 100;

/**
 * Writes findings into a log. The first of each kind is a line at once; what comes in the time after it is one line
 * together, so that a broken stream does not fill a disk.
 */
export class FindingLog implements Disposable {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #fields: LogFields;
  readonly #held = new Map<
    LoggedFinding['kind'],
    { count: number; newest: LoggedFinding | undefined; stop: () => void }
  >();

  /** `fields` stand in every line. */
  constructor(log: Log, clock: Clock, fields: LogFields = {}) {
    this.#log = log;
    this.#clock = clock;
    this.#fields = fields;
  }

  add(finding: LoggedFinding): void {
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

  #hold(kind: LoggedFinding['kind']): void {
    const stop = this.#clock.after(quietMs, () => {
      const held = this.#held.get(kind);
      this.#held.delete(kind);
      if (held?.newest === undefined) return;
      this.#say(held.newest, held.count - 1);
      this.#hold(kind);
    });
    this.#held.set(kind, { count: 0, newest: undefined, stop });
  }

  #say(finding: LoggedFinding, before: number): void {
    const more = before === 0 ? '' : `; ${before} more like it in the last ${quietMs / 1000} s`;
    const level = finding.kind === 'header-change' ? 'info' : 'warning';
    this.#log[level](`${textOf(finding)}${more}`, { ...this.#fields, pulse_id: finding.pulseId });
  }
}

function textOf(finding: LoggedFinding): string {
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
    case 'overrun':
      return 'a consumer is too slow: a pulse had to leave the ring before it took it';
    case 'undecodable':
      return `a message was dropped: ${finding.detail}`;
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
