import type { ChannelType, ItemArray } from './channel-type.ts';

type NumberType = Exclude<ChannelType, 'string'>;

type Maker = {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): ItemArray;
};

const makers: Readonly<Record<NumberType, Maker>> = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
  bool: Uint8Array,
};

export const isHostLittle = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * The items in the byte order of this machine: a view of the bytes where their order and place allow it, else of a copy.
 * The bytes are a whole number of items.
 */
export function itemsOf(type: NumberType, bytes: Uint8Array, isBig: boolean): ItemArray {
  const maker = makers[type];
  const size = maker.BYTES_PER_ELEMENT;
  if (type === 'bool') return truths(bytes);
  if (size === 1) return new maker(bytes.buffer, bytes.byteOffset, bytes.length);
  const isSwapped = isBig === isHostLittle;
  const own = isSwapped || bytes.byteOffset % size !== 0 ? new Uint8Array(bytes) : bytes;
  if (isSwapped) swapItems(own, size);
  return new maker(own.buffer, own.byteOffset, own.length / size);
}

/** Any byte but 0 is true. */
function truths(bytes: Uint8Array): Uint8Array {
  for (const byte of bytes) if (byte > 1) return bytes.map((each) => (each === 0 ? 0 : 1));
  return bytes;
}

/** Reverses the bytes of each item in place. */
export function swapItems(bytes: Uint8Array, itemBytes: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (itemBytes === 2) buffer.swap16();
  else if (itemBytes === 4) buffer.swap32();
  else if (itemBytes === 8) buffer.swap64();
}

const scratch = new Uint8Array(8);
const asInt8 = new Int8Array(scratch.buffer);
const asInt16 = new Int16Array(scratch.buffer);
const asUint16 = new Uint16Array(scratch.buffer);
const asInt32 = new Int32Array(scratch.buffer);
const asUint32 = new Uint32Array(scratch.buffer);
const asInt64 = new BigInt64Array(scratch.buffer);
const asUint64 = new BigUint64Array(scratch.buffer);
const asFloat32 = new Float32Array(scratch.buffer);
const asFloat64 = new Float64Array(scratch.buffer);

/** The one item that the bytes are. Nothing is made on the way: a message may have thousands of scalars. */
export function scalarOf(type: NumberType, bytes: Uint8Array, isBig: boolean): number | bigint | boolean {
  const last = bytes.length - 1;
  if (isBig === isHostLittle) for (let i = 0; i <= last; i++) scratch[last - i] = bytes[i] as number;
  else for (let i = 0; i <= last; i++) scratch[i] = bytes[i] as number;
  switch (type) {
    case 'int8':
      return asInt8[0] as number;
    case 'uint8':
      return scratch[0] as number;
    case 'int16':
      return asInt16[0] as number;
    case 'uint16':
      return asUint16[0] as number;
    case 'int32':
      return asInt32[0] as number;
    case 'uint32':
      return asUint32[0] as number;
    case 'int64':
      return asInt64[0] as bigint;
    case 'uint64':
      return asUint64[0] as bigint;
    case 'float32':
      return asFloat32[0] as number;
    case 'float64':
      return asFloat64[0] as number;
    case 'bool':
      return scratch[0] !== 0;
  }
}

/**
 * The bytes of one item, little- or big-endian.
 *
 * @returns undefined when the value is of another kind than the type, or out of its range
 */
export function scalarBytes(
  type: NumberType,
  value: number | bigint | boolean,
  isBig: boolean,
): Uint8Array | undefined {
  const array = scalars[type];
  if (!setItem(array, 0, type, value)) return undefined;
  const bytes = scratch.slice(0, array.BYTES_PER_ELEMENT);
  return isBig === isHostLittle ? bytes.reverse() : bytes;
}

const scalars: Readonly<Record<NumberType, ItemArray>> = {
  int8: asInt8,
  uint8: scratch,
  int16: asInt16,
  uint16: asUint16,
  int32: asInt32,
  uint32: asUint32,
  int64: asInt64,
  uint64: asUint64,
  float32: asFloat32,
  float64: asFloat64,
  bool: scratch,
};

/** The values as an array of the type. @returns the first value that is of another kind, or out of the range */
export function arrayOf(
  type: NumberType,
  values: ArrayLike<number | bigint | boolean>,
): ItemArray | { readonly misfit: number | bigint | boolean } {
  const maker = makers[type];
  const array = new maker(new ArrayBuffer(values.length * maker.BYTES_PER_ELEMENT), 0, values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number | bigint | boolean;
    if (!setItem(array, i, type, value)) return { misfit: value };
  }
  return array;
}

function setItem(array: ItemArray, at: number, type: NumberType, value: number | bigint | boolean): boolean {
  if (typeof value === 'boolean' || type === 'bool') {
    if (typeof value !== 'boolean' || type !== 'bool') return false;
    array[at] = value ? 1 : 0;
    return true;
  }
  if (array instanceof BigInt64Array || array instanceof BigUint64Array) {
    if (typeof value === 'number' && !Number.isSafeInteger(value)) return false;
    const item = BigInt(value);
    array[at] = item;
    return array[at] === item;
  }
  const item = Number(value);
  array[at] = item;
  return array[at] === item || array instanceof Float32Array || array instanceof Float64Array;
}
