/**
 * A block of N elements (N a multiple of 8) of S bytes, and the same as bit rows: row b * 8 + k holds bit k (0 is the
 * lowest) of byte b of every element, element j being bit j % 8 of byte j / 8. On the way lie byte planes: plane b holds
 * byte b of every element.
 */

export function zipLow(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

export function zipHigh(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** 128 bytes on their way. */
const room = memory.data(128, 16);

/** Where bits of `a` (shifted down by `count`) and `b` differ. */
function difference(a: v128, b: v128, count: i32, mask: v128): v128 {
  return v128.and(v128.xor(v128.shr<u64>(a, count), b), mask);
}

/** Eight vectors of sixteen bytes, `step` apart: bit t of byte i of vector k becomes bit k of byte i of vector t. */
function mirrorVectors(from: usize, step: usize, to: usize, toStep: usize): void {
  let a = v128.load(from);
  let b = v128.load(from + step);
  let c = v128.load(from + 2 * step);
  let d = v128.load(from + 3 * step);
  let e = v128.load(from + 4 * step);
  let f = v128.load(from + 5 * step);
  let g = v128.load(from + 6 * step);
  let h = v128.load(from + 7 * step);

  const odd = v128.splat<u8>(0x55);
  let swap = difference(a, b, 1, odd);
  b = v128.xor(b, swap);
  a = v128.xor(a, v128.shl<u64>(swap, 1));
  swap = difference(c, d, 1, odd);
  d = v128.xor(d, swap);
  c = v128.xor(c, v128.shl<u64>(swap, 1));
  swap = difference(e, f, 1, odd);
  f = v128.xor(f, swap);
  e = v128.xor(e, v128.shl<u64>(swap, 1));
  swap = difference(g, h, 1, odd);
  h = v128.xor(h, swap);
  g = v128.xor(g, v128.shl<u64>(swap, 1));

  const pairs = v128.splat<u8>(0x33);
  swap = difference(a, c, 2, pairs);
  c = v128.xor(c, swap);
  a = v128.xor(a, v128.shl<u64>(swap, 2));
  swap = difference(b, d, 2, pairs);
  d = v128.xor(d, swap);
  b = v128.xor(b, v128.shl<u64>(swap, 2));
  swap = difference(e, g, 2, pairs);
  g = v128.xor(g, swap);
  e = v128.xor(e, v128.shl<u64>(swap, 2));
  swap = difference(f, h, 2, pairs);
  h = v128.xor(h, swap);
  f = v128.xor(f, v128.shl<u64>(swap, 2));

  const nibbles = v128.splat<u8>(0x0f);
  swap = difference(a, e, 4, nibbles);
  e = v128.xor(e, swap);
  a = v128.xor(a, v128.shl<u64>(swap, 4));
  swap = difference(b, f, 4, nibbles);
  f = v128.xor(f, swap);
  b = v128.xor(b, v128.shl<u64>(swap, 4));
  swap = difference(c, g, 4, nibbles);
  g = v128.xor(g, swap);
  c = v128.xor(c, v128.shl<u64>(swap, 4));
  swap = difference(d, h, 4, nibbles);
  h = v128.xor(h, swap);
  d = v128.xor(d, v128.shl<u64>(swap, 4));

  v128.store(to, a);
  v128.store(to + toStep, b);
  v128.store(to + 2 * toStep, c);
  v128.store(to + 3 * toStep, d);
  v128.store(to + 4 * toStep, e);
  v128.store(to + 5 * toStep, f);
  v128.store(to + 6 * toStep, g);
  v128.store(to + 7 * toStep, h);
}

/**
 * A zip of the first half of 128 bytes with the second turns the seven bits of where a byte lies left by one. Three of
 * them make neighbours of what lay 16 apart, four of what lay 8 apart.
 */
function zipThrice(from: usize, to: usize): void {
  const a = v128.load(from);
  const b = v128.load(from, 16);
  const c = v128.load(from, 32);
  const d = v128.load(from, 48);
  const e = v128.load(from, 64);
  const f = v128.load(from, 80);
  const g = v128.load(from, 96);
  const h = v128.load(from, 112);
  const a1 = zipLow(a, e);
  const b1 = zipHigh(a, e);
  const c1 = zipLow(b, f);
  const d1 = zipHigh(b, f);
  const e1 = zipLow(c, g);
  const f1 = zipHigh(c, g);
  const g1 = zipLow(d, h);
  const h1 = zipHigh(d, h);
  const a2 = zipLow(a1, e1);
  const b2 = zipHigh(a1, e1);
  const c2 = zipLow(b1, f1);
  const d2 = zipHigh(b1, f1);
  const e2 = zipLow(c1, g1);
  const f2 = zipHigh(c1, g1);
  const g2 = zipLow(d1, h1);
  const h2 = zipHigh(d1, h1);
  v128.store(to, zipLow(a2, e2), 0);
  v128.store(to, zipHigh(a2, e2), 16);
  v128.store(to, zipLow(b2, f2), 32);
  v128.store(to, zipHigh(b2, f2), 48);
  v128.store(to, zipLow(c2, g2), 64);
  v128.store(to, zipHigh(c2, g2), 80);
  v128.store(to, zipLow(d2, h2), 96);
  v128.store(to, zipHigh(d2, h2), 112);
}

function zipFourTimes(from: usize, to: usize): void {
  const a = v128.load(from, 0);
  const b = v128.load(from, 16);
  const c = v128.load(from, 32);
  const d = v128.load(from, 48);
  const e = v128.load(from, 64);
  const f = v128.load(from, 80);
  const g = v128.load(from, 96);
  const h = v128.load(from, 112);
  const a1 = zipLow(a, e);
  const b1 = zipHigh(a, e);
  const c1 = zipLow(b, f);
  const d1 = zipHigh(b, f);
  const e1 = zipLow(c, g);
  const f1 = zipHigh(c, g);
  const g1 = zipLow(d, h);
  const h1 = zipHigh(d, h);
  const a2 = zipLow(a1, e1);
  const b2 = zipHigh(a1, e1);
  const c2 = zipLow(b1, f1);
  const d2 = zipHigh(b1, f1);
  const e2 = zipLow(c1, g1);
  const f2 = zipHigh(c1, g1);
  const g2 = zipLow(d1, h1);
  const h2 = zipHigh(d1, h1);
  const a3 = zipLow(a2, e2);
  const b3 = zipHigh(a2, e2);
  const c3 = zipLow(b2, f2);
  const d3 = zipHigh(b2, f2);
  const e3 = zipLow(c2, g2);
  const f3 = zipHigh(c2, g2);
  const g3 = zipLow(d2, h2);
  const h3 = zipHigh(d2, h2);
  v128.store(to, zipLow(a3, e3), 0);
  v128.store(to, zipHigh(a3, e3), 16);
  v128.store(to, zipLow(b3, f3), 32);
  v128.store(to, zipHigh(b3, f3), 48);
  v128.store(to, zipLow(c3, g3), 64);
  v128.store(to, zipHigh(c3, g3), 80);
  v128.store(to, zipLow(d3, h3), 96);
  v128.store(to, zipHigh(d3, h3), 112);
}

/** A square of 8 by 8 bits, one row a byte, mirrored at its diagonal. */
function mirror(square: u64): u64 {
  // biome-ignore lint/correctness/noPrecisionLoss: here it is a u64
  let swap = (square ^ (square >> 7)) & 0x00aa00aa00aa00aa;
  square ^= swap ^ (swap << 7);
  swap = (square ^ (square >> 14)) & 0x0000cccc0000cccc;
  square ^= swap ^ (swap << 14);
  swap = (square ^ (square >> 28)) & 0x00000000f0f0f0f0;
  return square ^ swap ^ (swap << 28);
}

/** Eight rows of `rowBytes` into one plane of 8 * rowBytes bytes. */
export function rowsToPlane(rows: usize, rowBytes: usize, plane: usize): void {
  let column: usize = 0;
  for (; column + 16 <= rowBytes; column += 16) {
    mirrorVectors(rows + column, rowBytes, room, 16);
    zipThrice(room, plane + (column << 3));
  }
  for (; column < rowBytes; column++) {
    let square: u64 = 0;
    for (let bit: usize = 0; bit < 8; bit++) {
      square |= (<u64>load<u8>(rows + bit * rowBytes + column)) << (bit << 3);
    }
    store<u64>(plane + (column << 3), mirror(square));
  }
}

/** One plane of 8 * rowBytes bytes into eight rows of `rowBytes`. */
export function planeToRows(plane: usize, rows: usize, rowBytes: usize): void {
  let column: usize = 0;
  for (; column + 16 <= rowBytes; column += 16) {
    zipFourTimes(plane + (column << 3), room);
    mirrorVectors(room, 16, rows + column, rowBytes);
  }
  for (; column < rowBytes; column++) {
    let square = mirror(load<u64>(plane + (column << 3)));
    for (let bit: usize = 0; bit < 8; bit++) {
      store<u8>(rows + bit * rowBytes + column, <u8>square);
      square >>= 8;
    }
  }
}
