import { AlidadeError } from '../shared/errors.ts';
import { maxValueBytes } from '../store/index.ts';

/** The largest value as text: six characters for a byte at worst, and the rest of the line. */
const maxLineBytes = 6 * maxValueBytes + 1024 * 1024;

export interface NumberedLine {
  /** Without the line feed. */
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** Where the next line begins, in bytes. */
  readonly endOffset: number;
  /** Whether a line feed ended it; only the last line of an input may lack it. */
  readonly isWhole: boolean;
}

/**
 * The lines of an input, one by one; memory is that of the longest. Bytes that are not UTF-8 become U+FFFD.
 *
 * @throws ALI_IMPORT on a line that no value could need
 */
export async function* readLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<NumberedLine> {
  let parts: Uint8Array[] = [];
  let partBytes = 0;
  let number = 0;
  let offset = 0;
  const line = (isWhole: boolean): NumberedLine => {
    const text = Buffer.concat(parts).toString('utf8');
    offset += partBytes + (isWhole ? 1 : 0);
    parts = [];
    partBytes = 0;
    number++;
    return { text, number, endOffset: offset, isWhole };
  };
  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      parts.push(chunk.subarray(start, end));
      partBytes += end - start;
      start = end + 1;
      yield line(true);
    }
    if (start === chunk.length) continue;
    parts.push(chunk.subarray(start));
    partBytes += chunk.length - start;
    if (partBytes > maxLineBytes) {
      throw new AlidadeError('ALI_IMPORT', `line ${number + 1} is longer than ${maxLineBytes} bytes`);
    }
  }
  if (partBytes > 0) yield line(false);
}
