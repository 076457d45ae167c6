/** What a peer tells of one run. */
export interface Timed {
  readonly perSecond: number;
  readonly medianMs: number;
  readonly slowestMs: number;
}

/** One line to whoever measures. */
export function answer(result: object): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

/** Does the work so many times, with so many under way at once. */
export async function timed(count: number, inFlight: number, work: () => Promise<unknown>): Promise<Timed> {
  const tookMs = new Float64Array(count);
  let begun = 0;
  const loop = async () => {
    while (begun < count) {
      const n = begun++;
      const startMs = performance.now();
      await work();
      tookMs[n] = performance.now() - startMs;
    }
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: inFlight }, loop));
  const seconds = (performance.now() - startMs) / 1000;
  tookMs.sort();
  return {
    perSecond: count / seconds,
    medianMs: tookMs[count >> 1] ?? Number.NaN,
    slowestMs: tookMs.at(-1) ?? Number.NaN,
  };
}
