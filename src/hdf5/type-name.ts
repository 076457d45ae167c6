type Order = '' | 'be';

/** Numbers of a file: little-endian, or big-endian where the name ends in `be`. */
export type NumberTypeName =
  | 'int8'
  | 'uint8'
  | `${'int16' | 'uint16' | 'int32' | 'uint32' | 'int64' | 'uint64' | 'float16' | 'float32' | 'float64'}${Order}`;

/**
 * The type of the items of a dataset or attribute: a number, a truth value (an enumeration of FALSE and TRUE, as h5py
 * writes it), text of any length, or text in a field of so many bytes of UTF-8, filled up with NUL.
 */
export type TypeName = NumberTypeName | 'bool' | 'string' | { readonly string: number };

export type NumberArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** One item. */
export type Item = number | bigint | boolean | string;

/** Items one after the other, the last dimension running fastest. */
export type Items = Item | NumberArray | readonly Item[];
