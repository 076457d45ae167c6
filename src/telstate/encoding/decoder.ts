import { DecodeError } from '../errors.ts';
import type { Value } from './value.ts';

/** How stored bytes are read. */
export interface DecodeOptions {
  /**
   * Give what keeps every bit: `Float` for floats, `Map` for dicts, `NpScalar` for NumPy scalars; `encodeValue` then
   * gives the canonical bytes back. Default false.
   */
  readonly exact?: boolean;
  /** Deepest nesting accepted; default and maximum 1024. */
  readonly maxDepth?: number;
}

export function decodeValue(bytes: Uint8Array, options: DecodeOptions = {}): Value {
  throw new DecodeError(`not yet: ${bytes.length} ${options.exact}`);
}
