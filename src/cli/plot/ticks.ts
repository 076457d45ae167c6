/** A mark on an axis. */
export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** A range of values and the marks on it. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly Tick[];
}

const largest = Number.MAX_VALUE / 4;
/** What is smaller is drawn as 0. */
const smallest = 1e-290;

/**
 * A scale of values that holds `min` to `max` with a little room, with about `count` marks at round numbers (1, 2, 5
 * and their tenfolds), all written with the same number of digits.
 *
 * @example valueScale(0.3, 9.6, 5).ticks.map(({ label }) => label) // ['0', '2', '4', '6', '8', '10']
 */
export function valueScale(min: number, max: number, count: number): Scale {
  const low = Math.max(-largest, Math.min(largest, min));
  const high = Math.max(-largest, Math.min(largest, max));
  const size = Math.max(Math.abs(low), Math.abs(high));
  // A constant, or a difference that is only rounding, gets a range in which it lies in the middle.
  const isFlat = high - low <= size * 1e-13 || size < smallest;
  const middle = (low + high) / 2;
  const half = isFlat ? (size < smallest ? 1 : size * 0.05) : ((high - low) / 2) * 1.04;
  const range = { min: middle - half, max: middle + half };
  const steps = roundSteps((range.max - range.min) / Math.max(1, count));
  // The widest step that leaves three marks; of a small range no more than asked for.
  const step = steps.findLast((one) => marksOf(range, one) >= Math.min(3, count)) ?? (steps[0] as number);
  const format = formatter(step, Math.max(Math.abs(range.min), Math.abs(range.max)));
  const ticks: Tick[] = [];
  for (let i = Math.ceil(range.min / step); i * step <= range.max; i++) {
    // By division where that is exact: 3 / 10 is 0.3, and 3 * 0.1 is not.
    const value = step < 1 && step > 1e-15 ? i / Math.round(1 / step) : i * step;
    ticks.push({ value, label: format(value) });
  }
  return { ...range, ticks };
}

/** Those of 1, 2, 5 times a power of ten that are around `step`: two below it, then the first that is not. */
function roundSteps(step: number): number[] {
  const power = 10 ** Math.floor(Math.log10(step));
  const all = [0.1, 0.2, 0.5, 1, 2, 5, 10].map((factor) => factor * power);
  const first = all.findIndex((round) => round >= step * (1 - 1e-9));
  return all.slice(first - 2, first + 1);
}

function marksOf({ min, max }: { readonly min: number; readonly max: number }, step: number): number {
  return Math.floor(max / step) - Math.ceil(min / step) + 1;
}

function formatter(step: number, size: number): (value: number) => string {
  const stepPlace = Math.floor(Math.log10(step) + 1e-9);
  const sizePlace = Math.floor(Math.log10(size) + 1e-9);
  if (sizePlace < 6 && stepPlace >= -6) {
    const digits = Math.max(0, -stepPlace);
    return (value) => withMinus(value.toFixed(digits));
  }
  const digits = Math.max(0, Math.min(15, sizePlace - stepPlace));
  return (value) => {
    if (value === 0) return '0';
    const [mantissa = '', exponent = ''] = value.toExponential(digits).split('e');
    return withMinus(`${mantissa}e${exponent.replace('+', '')}`);
  };
}

/** The sign that is as wide as a plus, and no minus before zero. */
function withMinus(text: string): string {
  return /^-[0.]*$/.test(text) ? text.slice(1) : text.replaceAll('-', '−');
}
