import { blockCut, blockFault, type Lz4Fault, lz4Fault } from './fault.ts';
import { blocksRoom, type Kernel, lz4Room } from './kernel.ts';
import { plainKernel } from './plain-kernel.ts';
import { wasmBase64 } from './wasm-binary.ts';

/** What is used of WebAssembly; the type libraries of Node.js leave it out. */
declare const WebAssembly:
  | {
      readonly Module: new (binary: Uint8Array) => object;
      readonly Instance: new (module: object) => { readonly exports: Exports };
    }
  | undefined;

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly freeFrom: { readonly value: number };
  readonly inputDone: { readonly value: number };
  readonly outputDone: { readonly value: number };
  decodeLz4(input: number, inputEnd: number, output: number, outputEnd: number): Lz4Fault | 0;
  encodeLz4(input: number, inputEnd: number, output: number): number;
  decodeBlocks(
    input: number,
    inputEnd: number,
    output: number,
    outputEnd: number,
    blockElements: number,
    elementBytes: number,
    rows: number,
    planes: number,
  ): Lz4Fault | 0;
  encodeBlocks(
    input: number,
    inputEnd: number,
    output: number,
    blockElements: number,
    elementBytes: number,
    rows: number,
    planes: number,
  ): number;
}

const pageBytes = 65_536;

/** The memory of the module never shrinks; what would need more than this takes the plain way. */
const mostMemoryBytes = 256 * 2 ** 20;

/** Plain bytes that go through the module at once: few enough that they are still in the cache when they are copied out. */
const batchBytes = 128 * 1024;

/** The module reads and writes up to 16 bytes beyond the end of what it is given. */
const slackBytes = 64;

/** Undefined where WebAssembly, its SIMD or the memory for it is missing. */
export function wasmKernel(): Kernel | undefined {
  if (typeof WebAssembly === 'undefined') return undefined;
  let exports: Exports;
  try {
    exports = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(wasmBase64, 'base64'))).exports;
  } catch {
    return undefined;
  }
  return kernelOf(exports);
}

/** Where the next area may begin after one of `bytes` at `address`. */
function after(address: number, bytes: number): number {
  return Math.ceil((address + bytes + slackBytes) / slackBytes) * slackBytes;
}

function kernelOf(exports: Exports): Kernel {
  const start = after(exports.freeFrom.value, 0);
  let memory = new Uint8Array(exports.memory.buffer);

  /** Whether the memory reaches to `end`, grown if need be. */
  function reaches(end: number): boolean {
    const missing = Math.ceil((end + slackBytes - memory.length) / pageBytes);
    if (missing <= 0) return true;
    if (memory.length + missing * pageBytes > mostMemoryBytes) return false;
    try {
      exports.memory.grow(missing);
    } catch {
      return false;
    }
    memory = new Uint8Array(exports.memory.buffer);
    return true;
  }

  /** The areas for blocks: one block as rows and as planes, a batch of input, a batch of output. */
  function blockAreas(blockBytes: number, inputBytes: number, outputBytes: number) {
    const rows = start;
    const planes = after(rows, blockBytes);
    const input = after(planes, blockBytes);
    const output = after(input, inputBytes);
    return reaches(output + outputBytes) ? { rows, planes, input, output } : undefined;
  }

  return {
    name: 'wasm',

    decodeLz4(block, target) {
      const input = start;
      const output = after(input, block.length);
      if (!reaches(output + target.length)) {
        plainKernel.decodeLz4(block, target);
        return;
      }
      memory.set(block, input);
      const fault = exports.decodeLz4(input, input + block.length, output, output + target.length);
      if (fault !== 0) throw lz4Fault(fault);
      target.set(memory.subarray(output, output + target.length));
    },

    encodeLz4(bytes, target) {
      const input = start;
      const output = after(input, bytes.length);
      if (!reaches(output + lz4Room(bytes.length))) return plainKernel.encodeLz4(bytes, target);
      memory.set(bytes, input);
      const end = exports.encodeLz4(input, input + bytes.length, output);
      target.set(memory.subarray(output, end));
      return end - output;
    },

    decodeBlocks(blocks, target, shape) {
      const { blockElements, elementBytes } = shape;
      const blockBytes = blockElements * elementBytes;
      const batch = Math.min(batchOf(blockBytes), target.length);
      const inputRoom = Math.min(blocksRoom(batch, shape), blocks.length);
      const at = blockAreas(Math.min(blockBytes, target.length), inputRoom, batch);
      if (at === undefined) return plainKernel.decodeBlocks(blocks, target, shape);
      let read = 0;
      let done = 0;
      while (done < target.length) {
        const input = blocks.subarray(read, read + inputRoom);
        memory.set(input, at.input);
        const fault = exports.decodeBlocks(
          at.input,
          at.input + input.length,
          at.output,
          at.output + Math.min(batch, target.length - done),
          blockElements,
          elementBytes,
          at.rows,
          at.planes,
        );
        const outputDone = exports.outputDone.value;
        target.set(memory.subarray(at.output, outputDone), done);
        done += outputDone - at.output;
        if (fault !== 0) throw blockFault(fault, done, blockBytes, target.length);
        if (outputDone === at.output) throw blockCut(done, blockBytes, target.length);
        read += exports.inputDone.value - at.input;
      }
      return read;
    },

    encodeBlocks(bytes, target, shape) {
      const { blockElements, elementBytes } = shape;
      const blockBytes = blockElements * elementBytes;
      const batch = Math.min(batchOf(blockBytes), bytes.length);
      const at = blockAreas(Math.min(blockBytes, bytes.length), batch, blocksRoom(batch, shape));
      if (at === undefined) return plainKernel.encodeBlocks(bytes, target, shape);
      let written = 0;
      for (let read = 0; read < bytes.length; read += batch) {
        const input = bytes.subarray(read, read + batch);
        memory.set(input, at.input);
        const end = exports.encodeBlocks(
          at.input,
          at.input + input.length,
          at.output,
          blockElements,
          elementBytes,
          at.rows,
          at.planes,
        );
        target.set(memory.subarray(at.output, end), written);
        written += end - at.output;
      }
      return written;
    },
  };
}

/** Whole blocks of about {@link batchBytes}. */
function batchOf(blockBytes: number): number {
  return Math.max(1, Math.floor(batchBytes / blockBytes)) * blockBytes;
}
