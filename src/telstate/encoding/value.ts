import type { Complex } from './complex.ts';
import type { Float } from './float.ts';
import type { MsgpackTimestamp } from './msgpack-timestamp.ts';
import type { NdArray } from './nd-array.ts';
import type { NpScalar } from './np-scalar.ts';
import type { Tuple } from './tuple.ts';

/**
 * What reading gives, and writing takes. An integer is a number up to 2^53 - 1 and a bigint beyond; `Float` and
 * numeric `NpScalar` come only from exact reads.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Float
  | Complex
  | Tuple
  | NdArray
  | NpScalar
  | MsgpackTimestamp
  | Value[]
  | Map<Value, Value>
  | PlainObject;

/** A dict whose keys are all text. */
export type PlainObject = { [key: string]: Value };
