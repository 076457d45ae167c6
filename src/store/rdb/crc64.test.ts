import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Crc64 } from './crc64.ts';

function hexOf(crc: Crc64): string {
  return crc.high.toString(16).padStart(8, '0') + crc.low.toString(16).padStart(8, '0');
}

/** Bit by bit, from the definition. */
function slow(bytes: Uint8Array): string {
  let crc = 0n;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x95ac9329ac4bc9b5n : crc >> 1n;
  }
  return crc.toString(16).padStart(16, '0');
}

test('gives the check value of the Jones CRC', () => {
  const crc = new Crc64();
  crc.update(Buffer.from('123456789'), 0, 9);
  expect(hexOf(crc)).toBe('e9c6d914c4b8d9ca');
});

test('gives the same as the bitwise definition however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, at) => {
      const cut = Math.min(at, bytes.length);
      const crc = new Crc64();
      crc.update(bytes, 0, cut);
      crc.update(bytes, cut, bytes.length);
      expect(hexOf(crc)).toBe(slow(bytes));
    }),
  );
});
