import type { Item, TypeName } from '../../../src/hdf5/index.ts';

const kinds = { int: 'i', uint: 'u', float: 'f' } as const;

interface NumberFormat {
  readonly kind: keyof typeof kinds;
  readonly sizeBytes: number;
  readonly isBig: boolean;
}

function formatOf(type: string): NumberFormat {
  const [, kind, bits, order] = /^(int|uint|float)(\d+)(be)?$/.exec(type) ?? [];
  if (kind === undefined) throw new Error(`${type} is no type of numbers`);
  return { kind: kind as keyof typeof kinds, sizeBytes: Number(bits) / 8, isBig: order !== undefined };
}

/** numpy's name of a type. */
export function dtypeOf(type: TypeName): string {
  if (typeof type === 'object') return `|S${type.string}`;
  if (type === 'bool') return '|b1';
  const { kind, sizeBytes, isBig } = formatOf(type);
  return `${sizeBytes === 1 ? '|' : isBig ? '>' : '<'}${kinds[kind]}${sizeBytes}`;
}

/** Items as their bytes in the file, by another way than the writer's. */
export function encode(type: TypeName, items: readonly Item[]): Uint8Array {
  if (typeof type === 'object') {
    return Buffer.concat(items.map((item) => padded(Buffer.from(String(item)), type.string)));
  }
  if (type === 'bool') return Uint8Array.from(items, (item) => (item === true ? 1 : 0));
  const { kind, sizeBytes, isBig } = formatOf(type);
  const bytes = Buffer.concat(items.map((item) => numberBytes(kind, sizeBytes, item as number | bigint)));
  if (!isBig) return bytes;
  for (let at = 0; at < bytes.length; at += sizeBytes) bytes.subarray(at, at + sizeBytes).reverse();
  return bytes;
}

function padded(text: Buffer, sizeBytes: number): Buffer {
  return Buffer.concat([text, Buffer.alloc(sizeBytes - text.length)]);
}

function numberBytes(kind: NumberFormat['kind'], sizeBytes: number, item: number | bigint): Uint8Array {
  const bytes = Buffer.alloc(sizeBytes);
  if (kind !== 'float') {
    let rest = BigInt.asUintN(sizeBytes * 8, BigInt(item));
    for (let i = 0; i < sizeBytes; i++, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  } else if (sizeBytes === 2) bytes.writeUInt16LE(halfBits(Number(item)));
  else if (sizeBytes === 4) bytes.writeFloatLE(Number(item));
  else bytes.writeDoubleLE(Number(item));
  return bytes;
}

/** Of numbers that a half has exactly: zero, infinity, and normal ones of at most 11 bits. */
function halfBits(number: number): number {
  const sign = number < 0 || Object.is(number, -0) ? 0x8000 : 0;
  const size = Math.abs(number);
  if (size === 0) return sign;
  if (size === Infinity) return sign | 0x7c00;
  const exponent = Math.floor(Math.log2(size));
  return sign | ((exponent + 15) << 10) | ((size / 2 ** exponent - 1) * 1024);
}
