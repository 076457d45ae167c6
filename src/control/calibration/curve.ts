import { AlidadeError } from '../../shared/errors.ts';

/** How a table is read between its points: on straight lines, or on straight lines of the logarithms of both axes. */
export type Interpolation = 'linear' | 'log';
/** What a table gives for a raw value beyond its ends: no value, that of the end, or that of the outermost line. */
export type Outside = 'refuse' | 'clamp' | 'extrapolate';

export const interpolations: readonly Interpolation[] = ['linear', 'log'];
export const outsides: readonly Outside[] = ['refuse', 'clamp', 'extrapolate'];

/** A function of a raw number. @throws ALI_EXPRESSION where it has no value */
export type Curve = (raw: number) => number;

/**
 * The curve through the points of a table, in any order.
 *
 * @throws ALI_EXPRESSION for less than two points, for two points of one raw value, for what is not finite, and, of
 * logarithms, for what is not above 0
 */
export function tableCurve(
  points: readonly (readonly [raw: number, cal: number])[],
  interpolation: Interpolation = 'linear',
  outside: Outside = 'refuse',
): Curve {
  const sorted = [...points].sort(([a], [b]) => a - b);
  if (sorted.length < 2) throw fault('a table has two points or more');
  for (const [i, [raw, cal]] of sorted.entries()) {
    if (!Number.isFinite(raw) || !Number.isFinite(cal))
      throw fault('the points of a table are finite numbers');
    if (interpolation === 'log' && (raw <= 0 || cal <= 0)) {
      throw fault(`a table with logarithms has no point such as [${raw}, ${cal}]: both must be above 0`);
    }
    if (i > 0 && sorted[i - 1]?.[0] === raw) throw fault(`a table has one value for ${raw}, not two`);
  }
  const to = interpolation === 'log' ? Math.log : (x: number) => x;
  const back = interpolation === 'log' ? Math.exp : (x: number) => x;
  const least = (sorted[0] as readonly number[])[0] as number;
  const most = (sorted.at(-1) as readonly number[])[0] as number;
  return (raw) => {
    if (Number.isNaN(raw)) throw fault('nan is in no table');
    let x = raw;
    if (x < least || x > most) {
      if (outside === 'refuse')
        throw fault(`${raw} is outside of the table, which goes from ${least} to ${most}`);
      if (outside === 'clamp') x = x < least ? least : most;
      else if (interpolation === 'log' && x <= 0) throw fault(`${raw} has no logarithm`);
    }
    const [[x0, y0], [x1, y1]] = pairAround(sorted, x);
    if (x === x0) return y0;
    if (x === x1) return y1;
    const part = (to(x) - to(x0)) / (to(x1) - to(x0));
    return back(to(y0) + part * (to(y1) - to(y0)));
  };
}

type Point = readonly [number, number];

/** The two neighbours that x lies between; beyond the ends, the two at the end. */
function pairAround(points: readonly Point[], x: number): readonly [Point, Point] {
  let low = 0;
  let high = points.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((points[middle] as Point)[0] <= x) low = middle;
    else high = middle;
  }
  return [points[low] as Point, points[high] as Point];
}

/**
 * The polynomial c0 + c1 x + c2 x² + …, by Horner's rule.
 *
 * @throws ALI_EXPRESSION for no coefficient, or one that is not finite
 */
export function polynomialCurve(coefficients: readonly number[]): Curve {
  if (coefficients.length === 0) throw fault('a polynomial has one coefficient or more: [c0, c1, …]');
  if (!coefficients.every(Number.isFinite))
    throw fault('the coefficients of a polynomial are finite numbers');
  return (raw) => coefficients.reduceRight((sum, coefficient) => sum * raw + coefficient, 0);
}

function fault(problem: string): AlidadeError {
  return new AlidadeError('ALI_EXPRESSION', problem);
}
