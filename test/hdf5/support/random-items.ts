import type { Item, TypeName } from '../../../src/hdf5/index.ts';
import type { Random } from './random.ts';

const numberNames = [
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'float16',
  'float32',
  'float64',
];

export const typeNames: readonly TypeName[] = [
  'int8',
  'uint8',
  ...(numberNames as TypeName[]),
  ...(numberNames.map((name) => `${name}be`) as TypeName[]),
  'bool',
  'string',
  { string: 1 },
  { string: 13 },
];

const texts = [
  '',
  'a',
  'counts',
  'Grüße',
  '温度',
  '🔭 up',
  'with\nline',
  ' spaces ',
  "quote's",
  'x'.repeat(300),
];

/** An item of the type, with a liking for the ends of its range. */
export function randomItem(random: Random, type: TypeName): Item {
  if (type === 'bool') return random.chance(0.5);
  if (type === 'string') return `${random.pick(texts)}${random.chance(0.3) ? random.whole(0, 1e6) : ''}`;
  if (typeof type === 'object')
    return random.pick(texts.filter((text) => Buffer.byteLength(text) <= type.string));
  const [, kind, bitsText] = /^(int|uint|float)(\d+)/.exec(type) ?? [];
  const bits = Number(bitsText);
  if (kind === 'float') return randomFloat(random, bits);
  const low = kind === 'int' ? -(2n ** BigInt(bits - 1)) : 0n;
  const high = low + 2n ** BigInt(bits) - 1n;
  const item = random.chance(0.2)
    ? random.pick([low, high, 0n])
    : low +
      (((BigInt(random.whole(0, 2 ** 32 - 1)) << 32n) | BigInt(random.whole(0, 2 ** 32 - 1))) %
        (high - low + 1n));
  return bits === 64 ? item : Number(item);
}

function randomFloat(random: Random, bits: number): number {
  if (random.chance(0.1))
    return random.pick([0, -0, Infinity, -Infinity, ...(bits > 16 ? [Number.NaN] : [])]);
  // Whole numbers and quarters below 512 stand in a half without loss.
  if (bits === 16) return random.whole(-2047, 2047) / 4;
  const number = (random.unit() - 0.5) * 10 ** random.whole(-30, 30);
  return bits === 32 ? Math.fround(number) : number;
}

const oddNames = [
  'a b',
  'ä',
  '温度',
  '.hidden',
  'x:y',
  'quote"',
  "it's",
  '🔭',
  '...',
  '-',
  'tab\there',
  'n'.repeat(300),
];

/** A name that the number makes one of its kind; often an odd one. */
export function randomName(random: Random, number: number): string {
  return random.chance(0.4) ? `${random.pick(oddNames)} ${number}` : `name_${number}`;
}
