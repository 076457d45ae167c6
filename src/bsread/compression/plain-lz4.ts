import type { Lz4Fault } from './fault.ts';

const hashBits = 12;
/** The format: a match may not begin in the last 12 bytes of a block nor reach into its last 5. */
const noMatchBytes = 12;
const lastLiterals = 5;
const farthest = 65_535;
/** See assembly/lz4-encoder.ts, which gives the same bytes. */
const fewestTries = 8;
const longestStep = 32;

/** Decodes the LZ4 block in `input[from, to)`, which must fill `output` exactly; gives 0 or what is wrong. */
export function decodePlainLz4(
  input: Uint8Array,
  from: number,
  to: number,
  output: Uint8Array,
): Lz4Fault | 0 {
  let at = from;
  let out = 0;
  while (at < to) {
    const token = input[at++] as number;
    let literals = token >> 4;
    if (literals === 15) {
      let more: number;
      do {
        if (at >= to) return 1;
        more = input[at++] as number;
        literals += more;
        if (literals > output.length - out) return 2;
      } while (more === 255);
    }
    if (literals > to - at) return 1;
    if (literals > output.length - out) return 2;
    if (literals > 32) {
      output.set(input.subarray(at, at + literals), out);
      at += literals;
      out += literals;
    } else {
      for (const end = at + literals; at < end; ) output[out++] = input[at++] as number;
    }
    if (at === to) return out === output.length ? 0 : 3;

    if (to - at < 2) return 1;
    const offset = (input[at] as number) | ((input[at + 1] as number) << 8);
    at += 2;
    if (offset === 0 || offset > out) return 4;
    let length = token & 15;
    if (length === 15) {
      let more: number;
      do {
        if (at >= to) return 1;
        more = input[at++] as number;
        length += more;
        if (length > output.length - out) return 2;
      } while (more === 255);
    }
    length += 4;
    if (length > output.length - out) return 2;
    if (offset === 1) {
      output.fill(output[out - 1] as number, out, out + length);
      out += length;
    } else if (offset >= length && length > 32) {
      output.copyWithin(out, out - offset, out - offset + length);
      out += length;
    } else {
      for (const end = out + length; out < end; out++) output[out] = output[out - offset] as number;
    }
  }
  return 1;
}

/** Places count on from block to block, so that what earlier blocks left in the table is known as theirs. */
const table = new Uint32Array(1 << hashBits);
let base = 1;

function fourAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

function startsEqual(bytes: Uint8Array, left: number, right: number): boolean {
  return (
    fourAt(bytes, left) === fourAt(bytes, right) &&
    bytes[left + 4] === bytes[right + 4] &&
    bytes[left + 5] === bytes[right + 5]
  );
}

function slotOf(four: number): number {
  return Math.imul(four, 0x9e37_79b1) >>> (32 - hashBits);
}

/** Encodes `bytes` as one LZ4 block at `output[from]`, greedily with one candidate per hash; gives where it ends. */
export function encodePlainLz4(bytes: Uint8Array, output: Uint8Array, from: number): number {
  if (base > 0x4000_0000) {
    table.fill(0);
    base = 1;
  }
  let out = from;
  let anchor = 0;
  const searchEnd = bytes.length - noMatchBytes;
  const matchEnd = bytes.length - lastLiterals;
  if (searchEnd > 0) table[slotOf(fourAt(bytes, 0))] = base;
  let at = 1;
  let tries = fewestTries;
  while (at < searchEnd) {
    const four = fourAt(bytes, at);
    const slot = slotOf(four);
    let match = (table[slot] as number) - base;
    table[slot] = base + at;
    if (match < 0 || at - match > farthest || !startsEqual(bytes, at, match)) {
      at += Math.min(tries++ >> 2, longestStep);
      continue;
    }
    while (at > anchor && match > 0 && bytes[at - 1] === bytes[match - 1]) {
      at--;
      match--;
    }
    const token = out;
    out = storeLiterals(bytes, anchor, at, output, out);
    output[out++] = at - match;
    output[out++] = (at - match) >> 8;
    anchor = at + 4;
    match += 4;
    while (anchor < matchEnd && bytes[anchor] === bytes[match]) {
      anchor++;
      match++;
    }
    const more = anchor - at - 4;
    output[token] = (output[token] as number) | Math.min(more, 15);
    if (more >= 15) out = storeRest(more - 15, output, out);
    at = anchor;
    tries = fewestTries;
    if (at < searchEnd) table[slotOf(fourAt(bytes, at - 2))] = base + at - 2;
  }
  base += bytes.length;
  return storeLiterals(bytes, anchor, bytes.length, output, out);
}

function storeLiterals(bytes: Uint8Array, from: number, to: number, output: Uint8Array, at: number): number {
  const count = to - from;
  output[at] = Math.min(count, 15) << 4;
  const out = count >= 15 ? storeRest(count - 15, output, at + 1) : at + 1;
  output.set(bytes.subarray(from, to), out);
  return out + count;
}

/** The part of a length that its four bits in the token do not hold. */
function storeRest(length: number, output: Uint8Array, at: number): number {
  let rest = length;
  let out = at;
  for (; rest >= 255; rest -= 255) output[out++] = 255;
  output[out++] = rest;
  return out;
}
