import { Fault } from './fault.ts';

export const maxDimensions = 32;

/**
 * The number of items of a shape, checked: at most 32 dimensions, whole and not negative, and no more bytes than can
 * be counted exactly.
 *
 * @throws Fault
 */
export function countItems(shape: readonly number[], itemSizeBytes: number): number {
  if (shape.length > maxDimensions) throw new Fault(`an array has at most ${maxDimensions} dimensions`);
  if (itemSizeBytes === 0) throw new Fault('an array of items of no bytes cannot be stored');
  let count = 1;
  let bytes = itemSizeBytes;
  for (const length of shape) {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new Fault(`a dimension of an array is a whole number, not ${String(length)}`);
    }
    count *= length;
    bytes *= Math.max(length, 1);
    if (bytes > Number.MAX_SAFE_INTEGER) throw new Fault('the shape of an array is too large');
  }
  return count;
}

/** Whether C and Fortran order lay the items out differently. */
export function ordersDiffer(shape: readonly number[], size: number): boolean {
  return size > 0 && shape.filter((length) => length > 1).length > 1;
}

/** Where the item that is number `index` in C order lies in column-major order. */
export function fortranIndex(shape: readonly number[], index: number): number {
  let rest = index;
  let at = 0;
  let stride = 1;
  for (const length of shape) stride *= length;
  for (let i = shape.length - 1; i >= 0; i--) {
    const length = shape[i] as number;
    stride /= length;
    at += (rest % length) * stride;
    rest = Math.floor(rest / length);
  }
  return at;
}
