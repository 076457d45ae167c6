import { Fault } from './fault.ts';

/** For each match offset 1 to 15: which byte of the last `offset` ones stands at each of the next 16 places. */
const patterns = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 2, 0,
  1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 4, 0, 1, 2,
  3, 4, 0, 1, 2, 3, 4, 0, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4,
  5, 6, 0, 1, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3, 4, 0, 1, 2, 3,
  4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2, 0, 1, 2, 3, 4, 5,
  6, 7, 8, 9, 10, 11, 12, 13, 0, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0,
]);

/** Copies in steps of 16 bytes: reads and writes up to 15 bytes beyond `bytes`. */
function copyWide(from: usize, to: usize, bytes: usize): void {
  const end = to + bytes;
  do {
    v128.store(to, v128.load(from));
    from += 16;
    to += 16;
  } while (to < end);
}

/** Repeats the last `offset` (1 to 15) bytes before `to`; writes up to 15 bytes beyond `bytes`. */
function repeat(to: usize, offset: usize, bytes: usize): void {
  const end = to + bytes;
  const unit = v128.swizzle(v128.load(to - offset), v128.load(patterns + ((offset - 1) << 4)));
  const step = <usize>(16 - (16 % <u32>offset));
  do {
    v128.store(to, unit);
    to += step;
  } while (to < end);
}

/**
 * Decodes one LZ4 block, which must fill the output to its end. What lies within 16 bytes after either end must be
 * memory of the module; what stood after the end of the output is lost.
 */
export function decodeLz4(input: usize, inputEnd: usize, output: usize, outputEnd: usize): Fault {
  const start = output;
  while (true) {
    if (input >= inputEnd) return Fault.ended;
    const token = <usize>load<u8>(input++);

    let literals = token >> 4;
    if (literals === 15) {
      let more: usize;
      do {
        if (input >= inputEnd) return Fault.ended;
        more = load<u8>(input++);
        literals += more;
        if (literals > outputEnd - output) return Fault.tooMuch;
      } while (more === 255);
    }
    if (literals > inputEnd - input) return Fault.ended;
    if (literals > outputEnd - output) return Fault.tooMuch;
    copyWide(input, output, literals);
    input += literals;
    output += literals;
    if (input === inputEnd) return output === outputEnd ? Fault.none : Fault.tooLittle;

    if (inputEnd - input < 2) return Fault.ended;
    const offset = <usize>load<u16>(input);
    input += 2;
    if (offset === 0 || offset > output - start) return Fault.offset;
    let length = token & 15;
    if (length === 15) {
      let more: usize;
      do {
        if (input >= inputEnd) return Fault.ended;
        more = load<u8>(input++);
        length += more;
        if (length > outputEnd - output) return Fault.tooMuch;
      } while (more === 255);
    }
    length += 4;
    if (length > outputEnd - output) return Fault.tooMuch;
    if (offset >= 16) copyWide(output - offset, output, length);
    else repeat(output, offset, length);
    output += length;
  }
}
