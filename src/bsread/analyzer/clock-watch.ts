/** Less than this is the jitter of networks and schedulers. */
const leastJumpSeconds = 0.5;
/** How much a new interval counts in the time from pulse to pulse. */
const weight = 1 / 32;

/**
 * Watches the time that a source gives its pulses. It has jumped where it runs backwards, and where it moved neither as
 * ours did nor as the pulse ids did: a stream that pauses, or comes late and then all at once, has not.
 */
export class ClockWatch {
  #last: { readonly pulseId: bigint; readonly sourceNs: bigint; readonly localMs: number } | undefined;
  #secondsPerPulse: number | undefined;
  #jumps = 0;

  get jumps(): number {
    return this.#jumps;
  }

  /** What comes next has nothing to do with what came before. */
  reset(): void {
    this.#last = undefined;
    this.#secondsPerPulse = undefined;
  }

  /** @returns by how much the source's time has jumped, in seconds, if it has */
  see(pulseId: bigint, sourceNs: bigint | undefined, localMs: number): number | undefined {
    if (sourceNs === undefined) return undefined;
    const last = this.#last;
    this.#last = { pulseId, sourceNs, localMs };
    if (last === undefined) return undefined;
    const pulses = Number(pulseId - last.pulseId);
    const source = Number(sourceNs - last.sourceNs) / 1e9;
    const local = (localMs - last.localMs) / 1000;
    const perPulse = this.#secondsPerPulse;
    const expected = perPulse === undefined ? local : pulses * perPulse;
    const jump = Math.abs(source - local) < Math.abs(source - expected) ? source - local : source - expected;
    if (source >= 0 && Math.abs(jump) < leastJumpSeconds) {
      const interval = source / pulses;
      // A pause counts as one long interval at most.
      const likely = perPulse === undefined ? interval : Math.min(interval, 2 * perPulse);
      this.#secondsPerPulse = perPulse === undefined ? likely : perPulse + weight * (likely - perPulse);
      return undefined;
    }
    this.#jumps++;
    return jump;
  }
}
