import { type DecodeOptions, decodeValue } from './decoder.ts';
import type { Value } from './value.ts';
import { msgpackHeader } from './wire.ts';

/**
 * Whether setting an attribute (or sub-key) again leaves it as it is.
 *
 * Python's rule: the encoded bytes are identical, or both are text or bytes and hold the same bytes. Ours on top: when
 * `value`, what `fresh` was encoded from, is a plain JavaScript number, any stored number equal to it counts, 1 for
 * 1.0 or for a NumPy 1, because JavaScript cannot tell them apart. `Float`, bigint and whatever stands inside a
 * container stay as strict as in Python. Without `value` only Python's rule holds.
 *
 * @throws DecodeError when the bytes differ, the stored ones matter, and cannot be decoded.
 * @example sameValue(encodeValue(float(1)), encodeValue(1), 1) // true
 */
export function sameValue(
  stored: Uint8Array,
  fresh: Uint8Array,
  value?: unknown,
  options: DecodeOptions = {},
): boolean {
  if (Buffer.compare(stored, fresh) === 0) return true;
  if (typeof value === 'number') return sameNumber(decodeValue(stored, options), value);
  if (!mayBeText(fresh) || !mayBeText(stored)) return false;
  const old = contentOf(decodeValue(stored, options));
  const now = contentOf(decodeValue(fresh));
  return old !== undefined && now !== undefined && Buffer.compare(old, now) === 0;
}

function sameNumber(stored: Value, value: number): boolean {
  if (typeof stored === 'number') return stored === value || (Number.isNaN(stored) && Number.isNaN(value));
  return typeof stored === 'bigint' && Number.isInteger(value) && stored === BigInt(value);
}

/** Text, bytes, an extension (a NumPy scalar may hold either) or a pickle; anything else need not be decoded. */
function mayBeText(encoded: Uint8Array): boolean {
  if (encoded[0] !== msgpackHeader) return true;
  const type = encoded[1] ?? 0;
  return (type >= 0xa0 && type < 0xc0) || (type >= 0xc4 && type <= 0xc9) || (type >= 0xd4 && type <= 0xdb);
}

function contentOf(value: Value): Uint8Array | undefined {
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  return value instanceof Uint8Array ? value : undefined;
}
