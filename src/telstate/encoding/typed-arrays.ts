import type { DType } from './dtype.ts';
import type { NdArray } from './nd-array.ts';
import { fortranIndex } from './shape.ts';

export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

const nativeLittle = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const native = nativeLittle ? '<' : '>';

const descriptors: Readonly<Record<string, string>> = {
  Int8Array: '|i1',
  Uint8Array: '|u1',
  Uint8ClampedArray: '|u1',
  Int16Array: `${native}i2`,
  Uint16Array: `${native}u2`,
  Int32Array: `${native}i4`,
  Uint32Array: `${native}u4`,
  Float16Array: `${native}f2`,
  Float32Array: `${native}f4`,
  Float64Array: `${native}f8`,
  BigInt64Array: `${native}i8`,
  BigUint64Array: `${native}u8`,
};

/** The NumPy type of a typed array's items. */
export function typedArrayDescriptor(items: TypedArray): string {
  return descriptors[items[Symbol.toStringTag]] as string;
}

type Maker = {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray;
};

/** Typed array for a kind and a size of a part (half an item for complex numbers). */
const makers: Readonly<Record<string, Maker>> = {
  b1: Uint8Array,
  i1: Int8Array,
  u1: Uint8Array,
  i2: Int16Array,
  u2: Uint16Array,
  i4: Int32Array,
  u4: Uint32Array,
  i8: BigInt64Array,
  u8: BigUint64Array,
  f4: Float32Array,
  f8: Float64Array,
  c8: Float32Array,
  c16: Float64Array,
  M8: BigInt64Array,
  m8: BigInt64Array,
};

/** See {@link NdArray.toTypedArray}. */
export function convertItems(array: NdArray): TypedArray | undefined {
  const { dtype } = array;
  if (dtype.kind === 'f' && dtype.itemSizeBytes === 2) return widenHalves(array);
  const maker = makers[`${dtype.kind}${dtype.itemSizeBytes}`];
  if (maker === undefined) return undefined;
  const partSize = maker.BYTES_PER_ELEMENT;
  const swap = partSize > 1 && dtype.littleEndian !== nativeLittle;
  let bytes = array.data;
  if (array.fortranOrder) bytes = toCOrder(array);
  else if (swap || bytes.byteOffset % partSize !== 0) bytes = new Uint8Array(bytes);
  if (swap) swapParts(bytes, partSize);
  return new maker(bytes.buffer, bytes.byteOffset, bytes.length / partSize);
}

function widenHalves(array: NdArray): Float32Array {
  const out = new Float32Array(array.size);
  let i = 0;
  for (const item of array) out[i++] = item as number;
  return out;
}

/** The bytes of a column-major array in row-major order. */
function toCOrder(array: NdArray): Uint8Array {
  const size = array.dtype.itemSizeBytes;
  const out = new Uint8Array(array.data.length);
  for (let i = 0; i < array.size; i++) {
    const from = fortranIndex(array.shape, i) * size;
    for (let k = 0; k < size; k++) out[i * size + k] = array.data[from + k] as number;
  }
  return out;
}

/** Reverses each run of `size` bytes in place. */
export function swapParts(bytes: Uint8Array, size: number): void {
  for (let at = 0; at + size <= bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

/** The size of the parts of an item that have a byte order of their own. */
export function partSizeBytes(dtype: DType): number {
  if (dtype.kind === 'c') return dtype.itemSizeBytes / 2;
  return dtype.kind === 'U' ? 4 : dtype.itemSizeBytes;
}
