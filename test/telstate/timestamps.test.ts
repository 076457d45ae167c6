/** Packed times, the bounds of ranges, and what the reference's two backends make of ranges in which they differ. */
import { expect, test } from 'vitest';
import { openTelescopeState, TelescopeState } from '../../src/telstate/index.ts';
import { type Edge, endEdge, startEdge } from '../../src/telstate/range.ts';
import { packTime } from '../../src/telstate/time.ts';
import { onEveryEngine } from './engines.ts';
import { differencesOf, fixture, hexOf } from './trace.ts';

interface TimeCase {
  readonly be_hex?: string;
  readonly repr?: string;
  readonly input_repr?: string;
  readonly packed_hex?: string;
  readonly query_start_hex?: string;
  readonly query_end_exclusive_hex?: string;
  readonly query_end_inclusive_hex?: string;
  readonly add: string;
  readonly message?: string;
  readonly stored_member_hex?: string;
  readonly read_back_be_hex?: string;
}

interface Divergence {
  readonly st: string | null;
  readonly et: string | null;
  readonly include_previous: boolean;
  readonly include_end: boolean;
  readonly redis: readonly (readonly [string, number])[];
}

const { cases } = fixture<{ cases: TimeCase[] }>('timestamps.json');
const differences = differencesOf('timestamps');
const divergence = fixture<{
  get_range_divergence: Divergence[];
  keys_filter: { filter: string; redis: string[] }[];
}>('backend_divergence.json');
const inputs: Record<string, unknown> = { "'abc'": 'abc', True: true, "b'7'": Buffer.from('7') };

test('every listed difference is one of the cases', () => {
  expect(cases.map(({ input_repr }) => input_repr)).toEqual(expect.arrayContaining([...differences.keys()]));
});

for (const vector of cases) {
  const name = vector.repr ?? String(vector.input_repr);
  test(`${name} is packed, bounded and added as the reference does`, async () => {
    if (differences.has(name))
      await expect(check(vector), 'this holds: take it off the list').rejects.toThrow();
    else await check(vector);
  });
}

onEveryEngine((makePlace) => {
  test('ranges are those of Redis where the backends of the reference differ', async () => {
    await using place = await makePlace();
    const state = new TelescopeState(await place.open());
    const samples = ['v0', 'v1', 'v2', 'v3', 'v4'].map((value, i) => ({ value, timeSeconds: 10 + i }));
    await state.addMany('r', [...samples, { value: 'dup', timeSeconds: 12 }]);
    expect(divergence.get_range_divergence).toHaveLength(43);
    for (const { st, et, include_previous, include_end, redis } of divergence.get_range_divergence) {
      const found = await state.getRange('r', {
        start: numberOf(st),
        end: numberOf(et),
        includePrevious: include_previous,
        includeEnd: include_end,
      });
      expect(
        found.map(({ value, timeSeconds }) => [value, timeSeconds]),
        `${st} ${et}`,
      ).toEqual(redis);
    }
  });

  test('globs are those of Redis', async () => {
    await using place = await makePlace();
    const state = new TelescopeState(await place.open());
    const names = new Set(divergence.keys_filter.flatMap(({ redis }) => redis));
    for (const name of names) await state.set(name, 1);
    for (const { filter, redis } of divergence.keys_filter) {
      expect((await state.keys(filter)).sort(), filter).toEqual(redis.toSorted());
    }
  });
});

async function check(vector: TimeCase): Promise<void> {
  await using state = await openTelescopeState('memory:');
  const time = vector.be_hex === undefined ? inputs[vector.input_repr ?? ''] : doubleOf(vector.be_hex);
  const adding = state.add('t', 1, { time: time as number });
  if (vector.add === 'ok') {
    await adding;
    const [sample] = await state.getRange('t', { start: 0 });
    expect(hexOf(packTime(sample?.timeSeconds ?? Number.NaN))).toBe(vector.read_back_be_hex);
    expect((await state.space.read({ read: 'range', key: 't' })).map(hexOf)).toEqual([
      vector.stored_member_hex,
    ]);
  } else {
    await expect(adding).rejects.toMatchObject({
      code: 'ALI_TIMESTAMP',
      ...(vector.add === 'InvalidTimestampError' ? { message: vector.message } : {}),
    });
    expect(await state.exists('t')).toBe(false);
  }
  if (typeof time !== 'number') return;
  if (vector.packed_hex !== undefined) expect(hexOf(packTime(time))).toBe(vector.packed_hex);
  if (vector.query_start_hex === undefined) {
    await expect(state.getRange('t', { start: time })).rejects.toMatchObject({ code: 'ALI_TIMESTAMP' });
    await expect(state.getRange('t', { end: time })).rejects.toMatchObject({ code: 'ALI_TIMESTAMP' });
    return;
  }
  expect(queryOf(startEdge(time))).toBe(vector.query_start_hex);
  expect(queryOf(endEdge(time, false))).toBe(vector.query_end_exclusive_hex);
  expect(queryOf(endEdge(time, true))).toBe(vector.query_end_inclusive_hex);
}

/** An end of a range as ZRANGEBYLEX has it. */
function queryOf(edge: Edge): string {
  if (edge === 'lowest') return hexOf(Buffer.from('-'));
  if (edge === 'highest') return hexOf(Buffer.from('+'));
  return hexOf(Buffer.from(edge.inclusive ? '[' : '(')) + hexOf(edge.at);
}

function doubleOf(hex: string): number {
  return Buffer.from(hex, 'hex').readDoubleBE();
}

function numberOf(text: string | null): number | undefined {
  if (text === null || text === 'None') return undefined;
  return text.endsWith('inf') ? (text.startsWith('-') ? -1 / 0 : 1 / 0) : Number(text);
}
