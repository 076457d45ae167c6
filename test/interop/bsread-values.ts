/** A value of every type and shape, as the real bsread and we describe it, and as our sender takes it. */
import type { ChannelSpec, ChannelType, Encoding, SentValue } from '../../src/bsread/index.ts';
import { arrayOf, swapItems } from '../../src/bsread/items.ts';
import { type DescribedMessage, type DescribedValue, describeArray, dtypes } from './bsread-party.ts';

type NumberType = keyof typeof dtypes;

const types = Object.keys(dtypes) as NumberType[];
/** NumPy's; the image has more items than a block of bitshuffle. */
const shapes = [[], [10], [3, 4], [33, 301]];
const compressions = ['none', 'lz4', 'bitshuffle_lz4'] as const;
export const combinations = compressions.flatMap((header) => compressions.map((data) => ({ header, data })));
export const timestampNs = '1700000000123456789';

/** A value of each type and shape, as both describe it, and as our sender takes it. */
interface Example {
  readonly name: string;
  readonly type: ChannelType;
  readonly encoding: Encoding;
  readonly shape: readonly number[];
  readonly described: DescribedValue;
  readonly value: SentValue;
}

/** Such as use every bit of a type: its limits first. */
function numberOf(type: NumberType, i: number): number | bigint | boolean {
  if (type === 'bool') return i % 3 === 0;
  if (type.startsWith('float')) return [Math.fround(-Math.PI), Number.POSITIVE_INFINITY, -0][i] ?? i / 8 - 99;
  const bits = Number(/\d+$/.exec(type));
  const mixed = BigInt(i) * 0x9e37_79b9_7f4a_7c15n;
  const limits = type.startsWith('u') ? [2n ** BigInt(bits) - 1n, 0n] : [-(2n ** BigInt(bits - 1)), -1n];
  const integer = limits[i] ?? mixed;
  const value = type.startsWith('u') ? BigInt.asUintN(bits, integer) : BigInt.asIntN(bits, integer);
  return bits === 64 ? value : Number(value);
}

function example(type: NumberType, shape: readonly number[], encoding: Encoding = 'little'): Example {
  const count = shape.reduce((product, size) => product * size, 1);
  const numbers = Array.from({ length: count }, (_, i) => numberOf(type, i));
  const items = arrayOf(type, numbers);
  if ('misfit' in items) throw new Error(`${items.misfit} is no ${type}`);
  const value = shape.length === 0 ? (numbers[0] ?? null) : { items, shape };
  const name = `${type}:${shape.join('x') || 'scalar'}:${encoding}`;
  return { name, type, encoding, shape, described: describeArray(type, items, shape), value };
}

function text(content: string): Example {
  const name = `text:${content.length}`;
  return {
    name,
    type: 'string',
    encoding: 'little',
    shape: [],
    described: { text: content },
    value: content,
  };
}

export const examples: readonly Example[] = [
  ...types.flatMap((type) => shapes.map((shape) => example(type, shape))),
  ...types
    .filter((type) => dtypes[type].startsWith('<'))
    .flatMap((type) => shapes.slice(1).map((shape) => example(type, shape, 'big'))),
  text('a'),
  text('Grüße, 世界'.repeat(1000)),
];

const missing = 'MISSING';
/** The port of an endpoint. */
export const portOf = (endpoint = '') => Number(endpoint.slice(endpoint.lastIndexOf(':') + 1));

/** What each side is to have of one pulse. */
export function received(pulse: number): DescribedMessage {
  return {
    pulseId: String(pulse),
    timestampNs,
    values: [...examples.map(({ name, described }) => [name, described] as const), [missing, null]],
    times: [...examples.map(() => timestampNs), null],
  };
}

/** For Python to send: its arrays have a byte order of their own, which it declares. */
export function sentByPython(pulse: number): DescribedMessage {
  const values = examples.map(
    ({ name, encoding, described }) => [name, inOrder(described, encoding)] as const,
  );
  return { ...received(pulse), values: [...values, [missing, null]] };
}

function inOrder(described: DescribedValue, encoding: Encoding): DescribedValue {
  if (described === null || 'text' in described || encoding === 'little') return described;
  const bytes = Buffer.from(described.data, 'base64');
  swapItems(bytes, Number(described.dtype.slice(2)));
  return { ...described, dtype: described.dtype.replace('<', '>'), data: bytes.toString('base64') };
}

export const channels: readonly ChannelSpec[] = [
  ...examples.map(({ name, type, encoding, shape }) => ({
    name,
    type,
    encoding,
    shape: shape.length === 0 ? [1] : shape.toReversed(),
  })),
  { name: missing },
];
export const values = Object.fromEntries(examples.map(({ name, value }) => [name, value]));

/** As Python's bsread takes it. */
export const orNull = (compression: string) => (compression === 'none' ? null : compression);
