import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { float, InvalidTimestampError, type Sample, type TimeRange } from '../../src/telstate/index.ts';
import { describeValue } from './describe.ts';
import { Peers } from './peers.ts';
import { proven } from './proven.ts';
import type { Call } from './python.ts';

let peers: Peers;
beforeAll(async () => {
  peers = await Peers.start();
});
afterAll(() => peers.close());
beforeEach(() => peers.state.clear());

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;

/** Numbers from 0 to 1 that are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Samples as Python gives them: a list of pairs. */
function described(samples: readonly Sample[]) {
  return [
    'list',
    samples.map(({ value, timeSeconds }) => [
      'tuple',
      [describeValue(value), describeValue(float(timeSeconds))],
    ]),
  ];
}

function rangeCall(key: string, { start, end, includePrevious, includeEnd }: TimeRange): Call {
  const named = {
    st: start === undefined ? null : float(start),
    et: end === undefined ? null : float(end),
    include_previous: includePrevious ?? null,
    include_end: includeEnd ?? false,
  };
  return { do: 'get_range', args: [key], named };
}

test.each([1, 2, 3])('getRange agrees on random queries over samples of both sides (%i)', async (seed) => {
  const { python, state } = peers;
  const random = seeded(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const whenever = () =>
    pick([Math.floor(random() * 40) / 2, random() * 20, 1.7e9 + random(), 1e308, 5e-324, 0, -0]);
  const times = Array.from({ length: 80 }, whenever);
  const bound = () =>
    pick([undefined, undefined, -inf, -1, inf, whenever(), pick(times), pick(times), pick(times)]);

  const samples = times.map((timeSeconds) => ({ timeSeconds, value: Math.floor(random() * 3) }));
  const half = samples.length / 2;
  const key = `sensor ${seed}`;
  await python.all(
    samples.slice(0, half).map(({ timeSeconds, value }) => ({
      do: 'add',
      args: [key, value],
      named: { ts: float(timeSeconds) },
    })),
  );
  await state.addMany(key, samples.slice(half));

  const queries: TimeRange[] = Array.from({ length: 400 }, () => ({
    start: bound(),
    end: bound(),
    includePrevious: pick([undefined, true, false]),
    includeEnd: pick([undefined, true, false]),
  }));
  const theirs = await python.all(queries.map((query) => rangeCall(key, query)));
  const ours = await Promise.all(queries.map((query) => state.getRange(key, query)));
  for (const [i, query] of queries.entries()) {
    expect({ query, samples: described(ours[i] ?? []) }).toEqual({ query, samples: theirs[i] });
  }
  expect(new Set(ours.map(({ length }) => length)).size).toBeGreaterThan(10);
  proven('sensor: getRange, random queries', 'Python → Alidade', queries.length);
  proven('sensor: getRange, random queries', 'Alidade → Python', queries.length);
});

const oddTimes = [0, -0, 5e-324, 2 ** -1022, 1e-300, 0.1, 1763629769.123456, 2 ** 53 + 2, Number.MAX_VALUE];

test('times keep every bit both ways, and -0 is 0', async () => {
  const { python, state } = peers;
  for (const time of oddTimes) {
    await python.call('add', ['p', describeValue(float(time))[1]], { named: { ts: float(time) } });
    await state.add('t', describeValue(float(time))[1], { time });
  }
  const ours = await state.getRange('p', { start: 0 });
  expect(ours.map(({ timeSeconds }) => timeSeconds)).toEqual([0, 0, ...oddTimes.slice(2)]);
  expect(await python.call('get_range', ['t'], { named: { st: 0 } })).toEqual(described(ours));
  proven('sensor: odd times', 'Python → Alidade', oddTimes.length);
  proven('sensor: odd times', 'Alidade → Python', oddTimes.length);
});

test.each([nan, inf, -inf, -1, -5e-324])('a sample at %d is refused by both', async (time) => {
  const { python, state } = peers;
  expect(await python.errorOf('add', ['key', 1], { named: { ts: float(time) } })).toBe(
    'InvalidTimestampError',
  );
  await expect(state.add('key', 1, { time })).rejects.toThrow(InvalidTimestampError);
  expect(await state.exists('key')).toBe(false);
});

test.each([{ start: nan }, { end: nan }])('a range of %o is refused by both', async (range) => {
  const { python, state } = peers;
  await state.add('key', 1);
  const { named } = rangeCall('key', range);
  expect(await python.errorOf('get_range', ['key'], { named: named ?? {} })).toBe('InvalidTimestampError');
  await expect(state.getRange('key', range)).rejects.toThrow(InvalidTimestampError);
});

test('the newest sample is the same for both: by time, then by the greatest encoded bytes', async () => {
  const { python, state } = peers;
  const values = [1, -1, float(1), 'a', 'b', null, true, [1], 255];
  for (const [i, value] of values.entries()) {
    if (i % 2 === 0) await python.call('add', ['key', value], { named: { ts: 5 } });
    else await state.add('key', value, { time: 5 });
    expect(describeValue(await state.get('key', { exact: true }))).toEqual(await python.call('get', ['key']));
  }
  await python.call('add', ['key', 'older'], { named: { ts: 4 } });
  expect(describeValue(await state.get('key', { exact: true }))).toEqual(await python.call('get', ['key']));
  expect(await state.getRange('key', { start: 0 })).toHaveLength(values.length + 1);
  proven('sensor: newest sample', 'Python → Alidade', values.length + 1);
  proven('sensor: newest sample', 'Alidade → Python', values.length + 1);
});

test('a sample without a time is of now, by the clock of either', async () => {
  const { python, state } = peers;
  const before = Date.now() / 1000 - 0.001;
  await python.call('add', ['p', 1]);
  await state.add('t', 1);
  const after = Date.now() / 1000 + 0.001;
  for (const key of ['p', 't']) {
    const [sample] = await state.getRange(key);
    expect(sample?.timeSeconds).toBeGreaterThanOrEqual(before);
    expect(sample?.timeSeconds).toBeLessThanOrEqual(after);
  }
});
