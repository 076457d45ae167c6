/**
 * A block of N elements (a multiple of 8) of S bytes as bit rows: row b * 8 + k holds bit k (0 is the lowest) of byte b
 * of every element, element j being bit j % 8 of byte j / 8. Squares of 8 by 8 bits are mirrored at their diagonal.
 */
export function elementsFromRows(rows: Uint8Array, elementBytes: number, elements: Uint8Array): void {
  const rowBytes = elements.length / elementBytes / 8;
  for (let byte = 0; byte < elementBytes; byte++) {
    for (let column = 0; column < rowBytes; column++) {
      const row = byte * 8 * rowBytes + column;
      mirrorSquare(rows, row, rowBytes, elements, column * 8 * elementBytes + byte, elementBytes);
    }
  }
}

/** The other way round. */
export function rowsFromElements(elements: Uint8Array, elementBytes: number, rows: Uint8Array): void {
  const rowBytes = elements.length / elementBytes / 8;
  for (let byte = 0; byte < elementBytes; byte++) {
    for (let column = 0; column < rowBytes; column++) {
      const row = byte * 8 * rowBytes + column;
      mirrorSquare(elements, column * 8 * elementBytes + byte, elementBytes, rows, row, rowBytes);
    }
  }
}

/** Takes eight bytes from `from[at]` on, `step` apart, and puts the eight of the mirrored square likewise. */
function mirrorSquare(
  from: Uint8Array,
  at: number,
  step: number,
  to: Uint8Array,
  target: number,
  targetStep: number,
): void {
  let low = mirrorHalf(
    (from[at] as number) |
      ((from[at + step] as number) << 8) |
      ((from[at + 2 * step] as number) << 16) |
      ((from[at + 3 * step] as number) << 24),
  );
  let high = mirrorHalf(
    (from[at + 4 * step] as number) |
      ((from[at + 5 * step] as number) << 8) |
      ((from[at + 6 * step] as number) << 16) |
      ((from[at + 7 * step] as number) << 24),
  );
  const swap = (low ^ (high << 4)) & 0xf0f0_f0f0;
  low ^= swap;
  high ^= swap >>> 4;
  to[target] = low;
  to[target + targetStep] = low >> 8;
  to[target + 2 * targetStep] = low >> 16;
  to[target + 3 * targetStep] = low >> 24;
  to[target + 4 * targetStep] = high;
  to[target + 5 * targetStep] = high >> 8;
  to[target + 6 * targetStep] = high >> 16;
  to[target + 7 * targetStep] = high >> 24;
}

/** Mirrors the two 4 by 4 squares of four rows of eight bits. */
function mirrorHalf(rows: number): number {
  const odd = (rows ^ (rows >>> 7)) & 0x00aa_00aa;
  const pairs = rows ^ odd ^ (odd << 7);
  const swap = (pairs ^ (pairs >>> 14)) & 0x0000_cccc;
  return pairs ^ swap ^ (swap << 14);
}
