import { expect, test } from 'vitest';
import { Reduced } from './reduced.ts';

const columns = { fromSeconds: 0, toSeconds: 100, count: 10 };

function reducedOf(samples: Iterable<readonly [number, number | string]>, gapSeconds?: number): Reduced {
  const reduced = new Reduced({ columns, gapSeconds });
  for (const [time, reading] of samples) reduced.add(time, reading);
  return reduced;
}

function* every(seconds: number, from = 0, to = 100): Generator<[number, number]> {
  for (let i = 0; from + i * seconds < to; i++) yield [from + i * seconds, 1];
}

test('of many samples at most four a column stay, and each spike with its time', () => {
  const samples = [...every(0.01)];
  samples[4321] = [43.21, 99];
  samples[4322] = [43.22, -99];
  const points = reducedOf(samples).points();
  expect(points.length).toBeLessThanOrEqual(40);
  expect(points).toContainEqual({ timeSeconds: 43.21, value: 99, breaks: false });
  expect(points).toContainEqual({ timeSeconds: 43.22, value: -99, breaks: false });
  expect(points.filter(({ breaks }) => breaks)).toHaveLength(1);
});

test('of few samples each is drawn at its own time', () => {
  const points = reducedOf([
    [5, 1],
    [31.5, 2],
    [99, 3],
  ]).points();
  expect(points.map(({ timeSeconds, value }) => [timeSeconds, value])).toEqual([
    [5, 1],
    [31.5, 2],
    [99, 3],
  ]);
});

test('the line is broken where nothing came for more than five median intervals', () => {
  const at = (gap: number) => reducedOf([...every(1, 0, 40), ...every(1, 39 + gap)]);
  expect(at(5).gaps()).toEqual([]);
  expect(at(6).gaps()).toEqual([{ fromSeconds: 39, toSeconds: 45 }]);
  expect(
    at(6)
      .points()
      .filter(({ breaks }) => breaks),
  ).toMatchObject([{ timeSeconds: 0 }, { timeSeconds: 45 }]);
  expect(at(6).medianSeconds).toBeCloseTo(1, 10);
});

test('what counts as a gap can be said, and can be nothing', () => {
  const samples = [...every(1, 0, 20), ...every(1, 60)];
  expect(reducedOf(samples, Number.POSITIVE_INFINITY).gaps()).toEqual([]);
  expect(reducedOf(every(20), 10).gaps()).toHaveLength(4);
});

test('two samples, and several at one time, make no gap', () => {
  expect(
    reducedOf([
      [1, 1],
      [90, 2],
    ]).gaps(),
  ).toEqual([]);
  expect(
    reducedOf([
      [1, 1],
      [1, 2],
      [1, 3],
      [90, 2],
    ]).gaps(),
  ).toEqual([]);
  expect(reducedOf([[1, 1]]).medianSeconds).toBeUndefined();
});

test('what is no finite number breaks the line and is counted', () => {
  const reduced = reducedOf([
    [5, 1],
    [15, Number.NaN],
    [25, 2],
    [35, Number.POSITIVE_INFINITY],
    [45, 'text'],
    [55, 3],
  ]);
  reduced.addOther(65, 'list');
  expect(reduced.points().map(({ breaks }) => breaks)).toEqual([true, true, true]);
  expect(reduced).toMatchObject({ count: 7, numbers: 3, notFinite: 2, states: 1, min: 1, max: 3 });
  expect([...reduced.others]).toEqual([['list', 1]]);
});

test('a state lasts until the next sample, or one interval into a gap', () => {
  const reduced = reducedOf([
    ...[0, 5, 10, 15].map((time) => [time, 'slewing'] as const),
    ...[20, 25].map((time) => [time, 'tracking'] as const),
    ...[80, 85].map((time) => [time, 'slewing'] as const),
  ]);
  expect(reduced.stateLanes()).toEqual([
    {
      name: 'slewing',
      stretches: [
        { fromSeconds: 0, toSeconds: 20 },
        { fromSeconds: 80, toSeconds: 90 },
      ],
    },
    { name: 'tracking', stretches: [{ fromSeconds: 20, toSeconds: 30 }] },
  ]);
});

test('states that come and go within a column are all seen there', () => {
  const samples = Array.from({ length: 1000 }, (_, i) => [i / 10, i % 2 === 0 ? 'false' : 'true'] as const);
  expect(reducedOf(samples).stateLanes()).toEqual([
    { name: 'true', stretches: [{ fromSeconds: 0, toSeconds: 100 }] },
    { name: 'false', stretches: [{ fromSeconds: 0, toSeconds: 100 }] },
  ]);
});

test('states without number share one lane, and their names are cut', () => {
  const samples = Array.from({ length: 100 }, (_, i) => [i, `${i}${'x'.repeat(1000)}`] as const);
  const lanes = reducedOf(samples).stateLanes();
  expect(lanes).toHaveLength(13);
  expect(lanes.at(-1)).toEqual({ name: 'other states', stretches: [{ fromSeconds: 10, toSeconds: 100 }] });
  expect(lanes[0]?.name).toHaveLength(200);
});
