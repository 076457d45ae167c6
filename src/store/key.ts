import { AlidadeError } from '../shared/errors.ts';

/** A key, field or channel: bytes, or text that stands for its UTF-8 bytes (surrogateescape, see {@link keyBytes}). */
export type Key = string | Uint8Array;

export const maxKeyBytes = 64 * 1024;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The bytes of a key. Text is encoded as UTF-8; a lone surrogate U+DC80 to U+DCFF stands for the byte 80 to FF, as
 * Python's "surrogateescape" does, so that every key that {@link keyText} gave out can be given back in.
 *
 * @throws ALI_KEY on other lone surrogates, on values that are neither text nor bytes, and above 64 KiB.
 * @example keyBytes('m062_pos') // Uint8Array of 8 bytes
 */
export function keyBytes(key: Key): Uint8Array {
  const bytes = typeof key === 'string' ? encodeText(key) : key;
  if (!(bytes instanceof Uint8Array)) {
    throw new AlidadeError('ALI_KEY', `a key is text or bytes, not ${key === null ? 'null' : typeof key}`);
  }
  if (bytes.length > maxKeyBytes) {
    throw new AlidadeError('ALI_KEY', `a key of ${bytes.length} bytes is longer than ${maxKeyBytes}`);
  }
  return bytes;
}

/** The text of a key: UTF-8, with each byte that is not UTF-8 as one lone surrogate U+DC80 to U+DCFF. */
export function keyText(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return decodeEscaping(bytes);
  }
}

function encodeText(text: string): Uint8Array {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8');
  const parts: Uint8Array[] = [];
  for (const char of text) {
    const point = char.codePointAt(0) as number;
    if (point >= 0xdc80 && point <= 0xdcff) parts.push(Uint8Array.of(point - 0xdc00));
    else if (point >= 0xd800 && point <= 0xdfff) {
      throw new AlidadeError(
        'ALI_KEY',
        `key ${JSON.stringify(text)} holds a lone surrogate, which has no UTF-8 form`,
      );
    } else parts.push(Buffer.from(char, 'utf8'));
  }
  return Buffer.concat(parts);
}

function decodeEscaping(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; ) {
    const length = sequenceLength(bytes, i);
    if (length === 0) text += String.fromCharCode(0xdc00 + (bytes[i++] as number));
    else {
      text += strictUtf8.decode(bytes.subarray(i, i + length));
      i += length;
    }
  }
  return text;
}

/** Length of the valid UTF-8 sequence at `i`, 0 where there is none. */
function sequenceLength(bytes: Uint8Array, i: number): number {
  const first = bytes[i] as number;
  const length =
    first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length === 0 || i + length > bytes.length) return 0;
  try {
    strictUtf8.decode(bytes.subarray(i, i + length));
    return length;
  } catch {
    return 0;
  }
}
