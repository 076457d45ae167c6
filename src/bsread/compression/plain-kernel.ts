import { blockCut, blockFault, lz4Fault } from './fault.ts';
import { type Kernel, lz4Room } from './kernel.ts';
import { elementsFromRows, rowsFromElements } from './plain-bit-rows.ts';
import { decodePlainLz4, encodePlainLz4 } from './plain-lz4.ts';

export const plainKernel: Kernel = {
  name: 'plain',

  decodeLz4(block, target) {
    const fault = decodePlainLz4(block, 0, block.length, target);
    if (fault !== 0) throw lz4Fault(fault);
  },

  encodeLz4(bytes, target) {
    return encodePlainLz4(bytes, target, 0);
  },

  decodeBlocks(blocks, target, { blockElements, elementBytes }) {
    const blockBytes = blockElements * elementBytes;
    const view = new DataView(blocks.buffer, blocks.byteOffset, blocks.byteLength);
    const room = new Uint8Array(Math.min(blockBytes, target.length));
    let read = 0;
    for (let done = 0; done < target.length; done += blockBytes) {
      const elements = target.subarray(done, done + blockBytes);
      const from = read + 4;
      const length = from <= blocks.length ? view.getUint32(read) : Number.POSITIVE_INFINITY;
      read = from + length;
      if (read > blocks.length || length > lz4Room(elements.length)) {
        throw blockCut(done, blockBytes, target.length);
      }
      const rows = room.subarray(0, elements.length);
      const fault = decodePlainLz4(blocks, from, read, rows);
      if (fault !== 0) throw blockFault(fault, done, blockBytes, target.length);
      elementsFromRows(rows, elementBytes, elements);
    }
    return read;
  },

  encodeBlocks(bytes, target, { blockElements, elementBytes }) {
    const blockBytes = blockElements * elementBytes;
    const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
    const room = new Uint8Array(Math.min(blockBytes, bytes.length));
    let written = 0;
    for (let done = 0; done < bytes.length; done += blockBytes) {
      const elements = bytes.subarray(done, done + blockBytes);
      const rows = room.subarray(0, elements.length);
      rowsFromElements(elements, elementBytes, rows);
      const end = encodePlainLz4(rows, target, written + 4);
      view.setUint32(written, end - written - 4);
      written = end;
    }
    return written;
  },
};
