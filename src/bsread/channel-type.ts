/** The types of bsread, as headers spell them. */
export type ChannelType =
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float32'
  | 'float64'
  | 'bool'
  | 'string';

export type Encoding = 'little' | 'big';

export type Compression = 'none' | 'lz4' | 'bitshuffle_lz4';

/** The bytes of one item; of text, one byte of UTF-8. */
export const itemBytesOf: Readonly<Record<ChannelType, number>> = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float32: 4,
  float64: 8,
  bool: 1,
  string: 1,
};

export function isChannelType(text: unknown): text is ChannelType {
  return typeof text === 'string' && Object.hasOwn(itemBytesOf, text);
}

export function isCompression(text: unknown): text is Compression {
  return text === 'none' || text === 'lz4' || text === 'bitshuffle_lz4';
}

/** The items of an array, in C order and the byte order of this machine. Truth values are a Uint8Array of 0 and 1. */
export type ItemArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** A value of a channel: of 64-bit integers a bigint. */
export type ChannelValue = number | bigint | boolean | string | ItemArray;
