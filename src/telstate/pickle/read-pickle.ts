import type { Value } from '../encoding/value.ts';
import { type ExpandOptions, expand } from './expand.ts';
import { Budget } from './node.ts';
import { runPickle } from './run.ts';
import { Source } from './source.ts';

/** A pickle may name one value in many places: what it stands for may be longer than itself, within reason. */
const growth = 64;
const leastBytes = 1024 * 1024;
/** More than a store takes is not read either. */
const mostBytes = 64 * 1024 * 1024;

/**
 * The value of a pickle of plain data, protocols 0 to 5: numbers, text, bytes, tuples, lists, dicts, complex numbers,
 * NumPy arrays and scalars. Sets become lists, in the order in which they were pickled; a `str` of Python 2 is text of
 * one character a byte. Classes and functions are recognised by their names and never called; any other name is refused.
 *
 * Time and memory are bounded by the length of the pickle.
 *
 * @throws Fault
 */
export function readPickle(bytes: Uint8Array, options: ExpandOptions): Value {
  const bound = Math.min(mostBytes, Math.max(leastBytes, growth * bytes.length));
  const node = runPickle(new Source(bytes), new Budget(bound));
  return expand(node, options, new Budget(bound));
}
