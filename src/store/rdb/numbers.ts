/** The decimal text of an integer, as bytes: what Redis gives out for an integer that it keeps as one. */
export function integerText(value: number | bigint): Uint8Array {
  return Buffer.from(String(value), 'latin1');
}

export function unsigned32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}

export function unsigned16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

/** The text of a little-endian signed integer of 1, 2, 3, 4 or 8 bytes. */
export function signedText(bytes: Uint8Array, at: number, size: number): Uint8Array {
  if (size === 8) {
    return integerText(
      BigInt.asIntN(64, (BigInt(unsigned32(bytes, at + 4)) << 32n) | BigInt(unsigned32(bytes, at))),
    );
  }
  let value = 0;
  for (let i = 0; i < size; i++) value |= (bytes[at + i] as number) << (8 * i);
  const unused = 32 - 8 * size;
  return integerText((value << unused) >> unused);
}

const decimal = /^[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|inf(?:inity)?|nan)$/i;

/** The number in a score that was written as text; NaN where there is none. */
export function scoreOf(text: Uint8Array): number {
  if (text.length === 1 && text[0] === 0x30) return 0;
  if (text.length > 400) return Number.NaN;
  const characters = Buffer.from(text.buffer, text.byteOffset, text.length).toString('latin1');
  if (!decimal.test(characters)) return Number.NaN;
  if (/inf/i.test(characters)) return characters.startsWith('-') ? -Infinity : Infinity;
  return Number(characters);
}
