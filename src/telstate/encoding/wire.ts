import { NdArray } from './nd-array.ts';
import { Tuple } from './tuple.ts';

/** Lists and dicts may stand this deep inside each other, in writing as in reading; tuples in reading. */
export const maxDepth = 1024;

/**
 * Tuples may stand this deep inside each other, in writing: the reference reads each of them by a reader of its own,
 * and about 200 of those overflow the stack and end its process.
 */
export const maxTupleDepth = 128;

/**
 * Compound values (all but null, booleans, numbers and text) that one value may hold, in writing as in reading: a byte
 * or two of input can ask for 200 bytes of memory for each.
 */
export const maxCompounds = 2 ** 21;

/** Extension types of telescope state. */
export const extension = { tuple: 1, complex: 2, ndarray: 3, npscalar: 4, timestamp: -1 } as const;

/** First byte of a value in MessagePack. */
export const msgpackHeader = 0xff;

/**
 * Whether Python could not have it as a key of a dict. The value must have been encoded or decoded: that bounds how deep
 * tuples stand inside each other.
 */
export function isUnhashable(key: unknown): boolean {
  if (typeof key !== 'object' || key === null || key instanceof Uint8Array) return false;
  if (key instanceof Tuple) return key.items.some(isUnhashable);
  if (Array.isArray(key) || key instanceof Map || key instanceof NdArray || ArrayBuffer.isView(key))
    return true;
  const prototype: unknown = Object.getPrototypeOf(key);
  return prototype === Object.prototype || prototype === null;
}
