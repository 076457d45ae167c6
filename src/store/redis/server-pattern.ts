import { isUtf8 } from 'node:buffer';
import { compileGlob } from '../glob.ts';
import { asBuffer, latin1 } from './bytes.ts';

/**
 * The pattern to subscribe to at the server, one character a byte. ioredis gives the pattern of a message as text, so
 * one that is not UTF-8 could not be told from others like it; for it the server gets its ASCII beginning and a star,
 * and the pattern itself is applied here.
 */
export function serverPattern(pattern: Uint8Array): string {
  if (isUtf8(pattern)) return latin1(pattern);
  const beginning = compileGlob(pattern).prefix;
  const firstOther = beginning.findIndex((byte) => byte >= 0x80);
  const ascii = firstOther < 0 ? beginning : beginning.subarray(0, firstOther);
  return `${asBuffer(ascii)
    .toString('latin1')
    .replace(/[*?[\]\\]/g, '\\$&')}*`;
}
