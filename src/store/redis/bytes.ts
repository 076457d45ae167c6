import { keyText } from '../key.ts';

/** The same bytes as a Buffer: ioredis writes any other Uint8Array as its text. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Bytes as a text that can be a key of a Map: one character a byte. */
export function latin1(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('latin1');
}

/** How a message shows a key. */
export function shown(key: Uint8Array): string {
  return JSON.stringify(keyText(key));
}
