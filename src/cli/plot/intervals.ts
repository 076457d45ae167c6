const binsPerDecade = 200;
const minExponent = -9;
const maxExponent = 15;
const binCount = (maxExponent - minExponent) * binsPerDecade;

/**
 * The median of any number of intervals of time, to about 1 %, in the memory of a few thousand numbers: a histogram
 * with bins of equal ratio from a nanosecond to thirty million years, each with the sum of what is in it. Intervals
 * of no length (several samples at one time) tell nothing about a rate and are left out.
 */
export class Intervals {
  readonly #bins = new Float64Array(binCount);
  readonly #sums = new Float64Array(binCount);
  #count = 0;

  add(seconds: number): void {
    if (!(seconds > 0)) return;
    const place = Math.floor((Math.log10(seconds) - minExponent) * binsPerDecade);
    const bin = Math.min(binCount - 1, Math.max(0, place));
    this.#bins[bin] = (this.#bins[bin] ?? 0) + 1;
    this.#sums[bin] = (this.#sums[bin] ?? 0) + seconds;
    this.#count++;
  }

  /** The upper median, as the mean of its bin; undefined of none. */
  get medianSeconds(): number | undefined {
    if (this.#count === 0) return undefined;
    let below = 0;
    const half = Math.floor(this.#count / 2);
    const bin = this.#bins.findIndex((count) => {
      below += count;
      return below > half;
    });
    return (this.#sums[bin] ?? 0) / (this.#bins[bin] ?? 1);
  }
}
