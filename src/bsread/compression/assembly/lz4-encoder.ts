/** Where four bytes were last seen, by their hash. Places count on from block to block, so nothing has to be cleared. */
const hashBits = 12;
const table = memory.data(4 << hashBits, 16);
/** The place of the first byte of the block; what was entered for earlier blocks lies below. */
let base: u32 = 1;
const lastBase: u32 = 0x4000_0000;

/** The format: a match may not begin in the last 12 bytes of a block nor reach into its last 5. */
const noMatchBytes: usize = 12;
const lastLiterals: usize = 5;
const farthest: u32 = 65535;

/**
 * The first step is two bytes, and steps grow sixteen times as fast as those of the reference, because rows of noise cost
 * time only. They end at what a row of bits of a few hundred bytes that does compress can spare, after noise, at its
 * beginning.
 */
const fewestTries: usize = 8;
const longestStep: usize = 32;

function slotOf(four: u32): usize {
  return table + (((four * 2654435761) >> (32 - hashBits)) << 2);
}

/**
 * Whether six bytes are equal. A match of four or five spares one byte or two, and costs a guess of the processor that is
 * mostly wrong, here and again where it is decoded.
 */
function startsEqual(left: usize, right: usize): bool {
  return (load<u64>(left) ^ load<u64>(right)) << 16 === 0;
}

/** Bytes that are equal from `left` and `right` on, before `end`. */
function equalBytes(left: usize, right: usize, end: usize): usize {
  const start = left;
  while (left + 8 <= end) {
    const difference = load<u64>(left) ^ load<u64>(right);
    if (difference !== 0) return left - start + <usize>(ctz(difference) >> 3);
    left += 8;
    right += 8;
  }
  while (left < end && load<u8>(left) === load<u8>(right)) {
    left++;
    right++;
  }
  return left - start;
}

/** The part of a length that its four bits in the token do not hold. */
function storeRest(rest: usize, output: usize): usize {
  while (rest >= 255) {
    store<u8>(output++, 255);
    rest -= 255;
  }
  store<u8>(output++, <u8>rest);
  return output;
}

/** A token with its literals; the match length may be added to the token. Writes up to 15 bytes beyond. */
function storeLiterals(from: usize, bytes: usize, output: usize): usize {
  const token = output++;
  if (bytes < 15) {
    store<u8>(token, <u8>(bytes << 4));
  } else {
    store<u8>(token, 15 << 4);
    output = storeRest(bytes - 15, output);
  }
  const end = output + bytes;
  do {
    v128.store(output, v128.load(from));
    from += 16;
    output += 16;
  } while (output < end);
  return end;
}

/**
 * Encodes bytes as one LZ4 block and returns where it ends. Greedy, with one candidate per hash. The output needs room for
 * the bytes, a 255th of them, and 32; 16 readable bytes follow the input.
 */
export function encodeLz4(input: usize, inputEnd: usize, output: usize): usize {
  const size = inputEnd - input;
  if (base > lastBase) {
    memory.fill(table, 0, 4 << hashBits);
    base = 1;
  }
  /** An address is a place plus this. */
  const shift = input - <usize>base;
  let anchor = input;
  if (size > noMatchBytes) {
    const searchEnd = inputEnd - noMatchBytes;
    const matchEnd = inputEnd - lastLiterals;
    store<u32>(slotOf(load<u32>(input)), base);
    let at = input + 1;
    /** Counts up where nothing is found, so that what does not compress is passed over in growing steps. */
    let tries: usize = fewestTries;
    while (at < searchEnd) {
      const four = load<u32>(at);
      const slot = slotOf(four);
      const place = load<u32>(slot);
      const here = <u32>(at - shift);
      store<u32>(slot, here);
      let match = <usize>place + shift;
      if (place < base || here - place > farthest || !startsEqual(at, match)) {
        at += min(tries++ >> 2, longestStep);
        continue;
      }
      while (at > anchor && match > input && load<u8>(at - 1) === load<u8>(match - 1)) {
        at--;
        match--;
      }
      const token = output;
      output = storeLiterals(anchor, at - anchor, output);
      store<u16>(output, <u16>(at - match));
      output += 2;
      const more = equalBytes(at + 4, match + 4, matchEnd);
      if (more < 15) {
        store<u8>(token, load<u8>(token) | <u8>more);
      } else {
        store<u8>(token, load<u8>(token) | 15);
        output = storeRest(more - 15, output);
      }
      at += 4 + more;
      anchor = at;
      tries = fewestTries;
      if (at < searchEnd) store<u32>(slotOf(load<u32>(at - 2)), <u32>(at - 2 - shift));
    }
  }
  base += <u32>size;
  return storeLiterals(anchor, inputEnd - anchor, output);
}
