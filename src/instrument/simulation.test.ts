import { expect, test } from 'vitest';
import { Float, type Value } from '../telstate/index.ts';
import { compileSimulation } from './simulation.ts';

const start = 1_700_000_000;

function series(source: string, seed: string, count: number, stepSeconds = 0.1): number[] {
  const simulation = compileSimulation(source, seed);
  return Array.from({ length: count }, (_, i) =>
    Number((simulation(start + i * stepSeconds) as Float).value),
  );
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

test('a value is a function of seed and time alone: started again, a simulation goes on where it was', () => {
  const source = '20 + wander(3, 60) + noise(0.1)';
  const whole = series(source, 'a', 100);
  const restarted = compileSimulation(source, 'a');
  expect((restarted(start + 70 * 0.1) as Float).value).toBe(whole[70]);
  expect(series(source, 'a', 100)).toEqual(whole);
  expect(series(source, 'b', 100)).not.toEqual(whole);
});

test('noise has the standard deviation that was asked for, and differs within one expression', () => {
  const noise = series('noise(2)', 'a', 20_000);
  expect(deviation(noise)).toBeCloseTo(2, 1);
  expect(noise.reduce((sum, value) => sum + value, 0) / noise.length).toBeCloseTo(0, 1);
  expect(deviation(series('noise(1) - noise(1)', 'a', 20_000))).toBeCloseTo(Math.SQRT2, 1);
});

test('wander stays within its amplitude, uses most of it, and makes no jumps', () => {
  const way = series('wander(5, 10)', 'a', 20_000);
  expect(Math.max(...way)).toBeLessThanOrEqual(5);
  expect(Math.max(...way)).toBeGreaterThan(4);
  expect(Math.min(...way)).toBeLessThan(-4);
  const steps = way.slice(1).map((value, i) => Math.abs(value - (way[i] ?? 0)));
  // The steepest slope of 3x² - 2x³ is 1.5, over a height of at most 2 amplitudes in 10 s.
  expect(Math.max(...steps)).toBeLessThanOrEqual(1.5 * 10 * 0.01 + 1e-9);
});

test.each<[string, Value | undefined]>([
  ['1', new Float(1)],
  ['t - t', new Float(0)],
  ["'slewing' if t % 2 == 0 else 'tracking'", 'slewing'],
  ['t > 5', true],
  ['[1, 2.5]', [new Float(1), new Float(2.5)]],
  ['None', undefined],
  ['12345678901234567890', 12_345_678_901_234_567_890n],
])('%s: numbers are floats, None is no sample', (source, expected) => {
  expect(compileSimulation(source, 'a')(start)).toEqual(expected);
});

test.each([
  ['sin(', /column 5/],
  ['x + 1', /there is no name 'x' here; there is t/],
  ['noise()', /noise\(\) takes 1 operand, not 0/],
])('%s is refused when it is compiled', (source, message) => {
  expect(() => compileSimulation(source, 'a')).toThrow(message);
});

test.each([
  ['noise(-1)', /standard deviation/],
  ["wander('a', 1)", /amplitude/],
  ['wander(1, 0)', /seconds/],
  ['1 / (t - t)', /division by zero/],
  ['len', /function/],
])('%s cannot be evaluated', (source, message) => {
  expect(() => compileSimulation(source, 'a')(start)).toThrow(message);
});
