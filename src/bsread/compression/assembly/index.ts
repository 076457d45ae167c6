import { planeToRows, rowsToPlane } from './bit-rows.ts';
import { elementsToPlanes, planesToElements } from './byte-planes.ts';
import { Fault } from './fault.ts';
import { decodeLz4 } from './lz4-decoder.ts';
import { encodeLz4 } from './lz4-encoder.ts';

export { decodeLz4, encodeLz4 };

/** Where memory is free: what lies below is the module's own. */
export const freeFrom: usize = __heap_base;

/** How far the last decodeBlocks came in its input and its output. */
export let inputDone: usize = 0;
export let outputDone: usize = 0;

/** The most bytes that an LZ4 block takes. */
function roomOf(bytes: usize): usize {
  return bytes + bytes / 255 + 16;
}

/**
 * Decodes bitshuffle-LZ4 blocks until the output is full, or a block is longer than the input or than it can be. All but
 * the last have `blockElements` elements. `rows` and `planes` are room for a block each, and 16 bytes.
 */
export function decodeBlocks(
  input: usize,
  inputEnd: usize,
  output: usize,
  outputEnd: usize,
  blockElements: usize,
  elementBytes: usize,
  rows: usize,
  planes: usize,
): Fault {
  const fullBytes = blockElements * elementBytes;
  let fault = Fault.none;
  while (output < outputEnd) {
    if (inputEnd - input < 4) break;
    const bytes = min(fullBytes, outputEnd - output);
    const block = input + 4;
    const length = <usize>bswap<u32>(load<u32>(input));
    if (length > inputEnd - block || length > roomOf(bytes)) break;
    const blockEnd = block + length;
    fault = decodeLz4(block, blockEnd, rows, rows + bytes);
    if (fault !== Fault.none) break;
    const elements = bytes / elementBytes;
    if (elementBytes === 1) {
      rowsToPlane(rows, elements >> 3, output);
    } else {
      for (let byte: usize = 0; byte < elementBytes; byte++) {
        rowsToPlane(rows + byte * elements, elements >> 3, planes + byte * elements);
      }
      planesToElements(planes, elements, elementBytes, output);
    }
    input = blockEnd;
    output += bytes;
  }
  inputDone = input;
  outputDone = output;
  return fault;
}

/** Encodes elements as bitshuffle-LZ4 blocks and returns where they end; the last may be shorter. */
export function encodeBlocks(
  input: usize,
  inputEnd: usize,
  output: usize,
  blockElements: usize,
  elementBytes: usize,
  rows: usize,
  planes: usize,
): usize {
  const fullBytes = blockElements * elementBytes;
  while (input < inputEnd) {
    const bytes = min(fullBytes, inputEnd - input);
    const elements = bytes / elementBytes;
    if (elementBytes === 1) {
      planeToRows(input, rows, elements >> 3);
    } else {
      elementsToPlanes(input, elements, elementBytes, planes);
      for (let byte: usize = 0; byte < elementBytes; byte++) {
        planeToRows(planes + byte * elements, rows + byte * elements, elements >> 3);
      }
    }
    const end = encodeLz4(rows, rows + bytes, output + 4);
    store<u32>(output, bswap<u32>(<u32>(end - output - 4)));
    output = end;
    input += bytes;
  }
  return output;
}
