/** What counts as the same value when an attribute or a sub-key is set again, by either side over the other's. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  Complex,
  Float,
  float,
  ImmutableKeyError,
  NdArray,
  NpScalar,
  tuple,
  type Value,
} from '../../src/telstate/index.ts';
import { Peers } from './peers.ts';
import { proven } from './proven.ts';
import type { Call, Outcome } from './python.ts';

let peers: Peers;
beforeAll(async () => {
  peers = await Peers.start();
});
afterAll(() => peers.close());
beforeEach(() => peers.state.clear());

const ascii = (text: string) => new TextEncoder().encode(text);

/** Values that some rule or other might take for each other; all of them keep their type, unlike plain numbers. */
const alike: Readonly<Record<string, Value>> = {
  None: null,
  False: false,
  True: true,
  '0': 0n,
  '1': 1n,
  '0.0': float(0),
  '-0.0': float(-0),
  '1.0': float(1),
  nan: float(Number.NaN),
  'another nan': Float.fromBits(0x7ff8000000000001n),
  '2**53': 2n ** 53n,
  '2.0**53': float(2 ** 53),
  '1+0j': new Complex(1, 0),
  'np.bool_(True)': NpScalar.of('bool', true),
  'np.int32(1)': NpScalar.of('int32', 1),
  'np.int64(1)': NpScalar.of('int64', 1),
  'np.float64(1)': NpScalar.of('float64', 1),
  '""': '',
  'b""': new Uint8Array(),
  abc: 'abc',
  'b"abc"': ascii('abc'),
  'np.str_("abc")': NpScalar.of('<U3', 'abc'),
  'np.bytes_(b"abc")': NpScalar.of('|S3', ascii('abc')),
  'b"\\xff"': Uint8Array.of(0xff),
  é: 'é',
  'b"é"': ascii('é'),
  '["abc"]': ['abc'],
  '[b"abc"]': [ascii('abc')],
  '[1, 2]': [1, 2],
  '(1, 2)': tuple(1, 2),
  'array [1, 2]': NdArray.of('<i8', [1, 2]),
  'array [1., 2.]': NdArray.of('<f8', [1, 2]),
  'big-endian array [1, 2]': NdArray.of('>i8', [1, 2]),
  '{a, b}': new Map([
    ['a', 1],
    ['b', 2],
  ]),
  '{b, a}': new Map([
    ['b', 2],
    ['a', 1],
  ]),
  '{b"a", b}': new Map<Value, Value>([
    [ascii('a'), 1],
    ['b', 2],
  ]),
};
const pairs = Object.entries(alike).flatMap(([was, stored]) =>
  Object.entries(alike).map(([now, fresh]) => ({ name: `${was} then ${now}`, stored, fresh })),
);

type Verdict = 'same' | 'another' | string;

function pythonVerdict(outcome: Outcome | undefined): Verdict {
  if (outcome === undefined || 'value' in outcome) return 'same';
  return outcome.error.classes[0] === 'ImmutableKeyError' ? 'another' : outcome.error.message;
}

const ourVerdict = (setting: Promise<void>): Promise<Verdict> =>
  setting.then(
    () => 'same',
    (error: unknown) => (error instanceof ImmutableKeyError ? 'another' : String(error)),
  );

describe.each(['attribute', 'sub-key'])('%s', (type) => {
  const pythonSets = (key: string, value: Value): Call =>
    type === 'attribute'
      ? { do: 'set', args: [key, value] }
      : { do: 'set_indexed', args: [key, 'sub', value] };
  const weSet = (key: string, value: Value) =>
    type === 'attribute' ? peers.state.set(key, value) : peers.state.setIndexed(key, 'sub', value);

  test('each side judges over the other as Python judges over itself', async () => {
    const { python } = peers;
    const named = (verdicts: readonly Verdict[]) =>
      Object.fromEntries(pairs.map(({ name }, i) => [name, verdicts[i]]));

    await python.all(
      pairs.flatMap(({ name, stored }) => [
        pythonSets(`pp ${name}`, stored),
        pythonSets(`pa ${name}`, stored),
      ]),
    );
    await Promise.all(pairs.map(({ name, stored }) => weSet(`ap ${name}`, stored)));
    const overItself = await python.run(pairs.map(({ name, fresh }) => pythonSets(`pp ${name}`, fresh)));
    const overOurs = await python.run(pairs.map(({ name, fresh }) => pythonSets(`ap ${name}`, fresh)));
    const weOverIts = pairs.map(({ name, fresh }) => ourVerdict(weSet(`pa ${name}`, fresh)));

    const expected = named(overItself.map(pythonVerdict));
    expect(new Set(Object.values(expected))).toEqual(new Set(['same', 'another']));
    expect(named(overOurs.map(pythonVerdict))).toEqual(expected);
    expect(named(await Promise.all(weOverIts))).toEqual(expected);
    proven(`same value: ${type}`, 'Alidade sets again', pairs.length);
    proven(`same value: ${type}`, 'Python sets again', pairs.length);
  });

  test('differs on purpose: a plain number is the same as any stored number that is equal to it', async () => {
    const { python } = peers;
    const ones = [
      '1',
      '1.0',
      '1+0j',
      'np.bool_(True)',
      'True',
      'np.int32(1)',
      'np.int64(1)',
      'np.float64(1)',
    ];
    await python.all(ones.map((one) => pythonSets(one, alike[one] ?? null)));
    const verdicts = await Promise.all(ones.map(async (one) => [one, await ourVerdict(weSet(one, 1))]));
    expect(Object.fromEntries(verdicts)).toEqual({
      '1': 'same',
      '1.0': 'same',
      'np.int32(1)': 'same',
      'np.int64(1)': 'same',
      'np.float64(1)': 'same',
      True: 'another',
      '1+0j': 'another',
      'np.bool_(True)': 'another',
    });
  });
});
