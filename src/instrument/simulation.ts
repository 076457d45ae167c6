import { AlidadeError } from '../shared/errors.ts';
import { compileExpression, type ExpressionFunction } from '../shared/expression.ts';
import { float, type Value } from '../telstate/index.ts';
import { normal, seedOf, uniform } from './random.ts';

/** The value of a simulated sensor at a time; undefined where it has nothing to report. */
export type Simulation = (timeSeconds: number) => Value | undefined;

const maxDepth = 8;

/**
 * Compiles the value of a simulated sensor: a safe expression (see `shared/expression.ts`) of `t`, the time in seconds
 * since 1970, with two more functions:
 *
 * `noise(sigma)`: normal noise, new in each sample. `wander(amplitude, seconds)`: a smooth random way between -amplitude
 * and amplitude that takes a new turn every so many seconds.
 *
 * Both depend on nothing but the seed and the time: a simulation that is started again goes on as if it had never been
 * away. Numbers become 64-bit floats, also whole ones; None is no sample.
 *
 * @param seed sensors with different seeds have different noise
 * @throws ALI_EXPRESSION for a text that does not parse; the simulation itself throws it when it cannot be evaluated
 * @example
 * const temperature = compileSimulation('20 + 5 * sin(2*pi*t/600) + noise(0.1)', 'm000_temperature');
 * temperature(1700000000);
 */
export function compileSimulation(source: string, seed: string): Simulation {
  const call = { timeSeconds: 0, count: 0 };
  const evaluate = compileExpression(source, { names: ['t'], functions: functionsOf(seedOf(seed), call) });
  return (timeSeconds) => {
    call.timeSeconds = timeSeconds;
    call.count = 0;
    const value = evaluate({ t: timeSeconds });
    return value === null || value === undefined ? undefined : sampleOf(value, source, 0);
  };
}

/** The evaluation that is under way: its time, and how many functions it called. */
interface Call {
  timeSeconds: number;
  count: number;
}

function functionsOf(seed: number, call: Call): Readonly<Record<string, ExpressionFunction>> {
  return {
    noise: {
      minOperands: 1,
      maxOperands: 1,
      call([sigma], fault) {
        if (!isPositive(sigma)) return fault('the standard deviation of noise is a number, 0 or above');
        call.count += 1;
        return sigma * normal(seed, call.timeSeconds, call.count);
      },
    },
    wander: {
      minOperands: 2,
      maxOperands: 2,
      call([amplitude, seconds], fault) {
        if (!isPositive(amplitude)) return fault('the amplitude of wander is a number, 0 or above');
        if (!isPositive(seconds) || seconds < 0.001)
          return fault('wander takes at least 0.001 seconds for a turn');
        return amplitude * wander(seed, call.timeSeconds / seconds, seconds);
      },
    },
  };
}

/** From -1 to 1: random at whole numbers, and between them on the smooth way 3x² - 2x³. */
function wander(seed: number, place: number, seconds: number): number {
  const turn = Math.floor(place);
  const x = place - turn;
  const from = 2 * uniform(seed, seconds, turn) - 1;
  const to = 2 * uniform(seed, seconds, turn + 1) - 1;
  return from + (to - from) * x * x * (3 - 2 * x);
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value);
}

function sampleOf(value: unknown, source: string, depth: number): Value {
  if (typeof value === 'number') return float(value);
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint') return value;
  if (Array.isArray(value) && depth < maxDepth) return value.map((item) => sampleOf(item, source, depth + 1));
  throw new AlidadeError('ALI_EXPRESSION', `'${source}' gives no number, text, boolean or list of them`);
}
