import { lookup3 } from './lookup3.ts';

/** An address that leads nowhere. */
export const undefinedAddress = -1;

/** Blocks that are rewritten in place keep within one page: the largest piece that no power cut tears. */
export const pageBytes = 4096;

export function putU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}

export function putU32(bytes: Uint8Array, at: number, value: number): void {
  putU16(bytes, at, value);
  putU16(bytes, at + 2, value >>> 16);
}

/** Up to 2^53; {@link undefinedAddress} becomes eight bytes of 0xff. */
export function putU64(bytes: Uint8Array, at: number, value: number): void {
  putU32(bytes, at, value);
  putU32(bytes, at + 4, Math.floor(value / 2 ** 32));
}

/** Writes the checksum of all bytes before `at`. */
export function putChecksum(bytes: Uint8Array, at: number): void {
  putU32(bytes, at, lookup3(bytes, at));
}

export function u8(...values: number[]): Uint8Array {
  return new Uint8Array(values);
}

export function u16(value: number): Uint8Array {
  const bytes = new Uint8Array(2);
  putU16(bytes, 0, value);
  return bytes;
}

export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  putU32(bytes, 0, value);
  return bytes;
}

export function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  putU64(bytes, 0, value);
  return bytes;
}

export function ascii(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  let sizeBytes = 0;
  for (const part of parts) sizeBytes += part.length;
  const bytes = new Uint8Array(sizeBytes);
  putAll(bytes, 0, parts);
  return bytes;
}

/** Up to so many bytes a loop is faster than `set`. */
const mostCopiedBytes = 32;

/** Writes parts one after the other from `at` on. */
export function putAll(bytes: Uint8Array, at: number, parts: readonly Uint8Array[]): void {
  let end = at;
  for (const part of parts) {
    const { length } = part;
    if (length > mostCopiedBytes) bytes.set(part, end);
    else for (let i = 0; i < length; i++) bytes[end + i] = part[i] as number;
    end += length;
  }
}

/** The number of the highest bit that is set: floor(log2(value)), exact up to 2^53. */
export function highestBit(value: number): number {
  const high = Math.floor(value / 2 ** 32);
  return high > 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(value);
}
