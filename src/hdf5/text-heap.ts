import type { Allocation } from './allocation.ts';
import { ascii, putU16, putU32, putU64 } from './bytes.ts';

interface Reference {
  readonly text: Uint8Array;
  readonly target: Uint8Array;
  readonly at: number;
}

const headerBytes = 16;
const objectHeaderBytes = 16;
const smallestBytes = 4096;
/** A collection is handed over when its texts reach this size: readers load it whole. */
const handyBytes = 64 * 1024;
const mostObjects = 65535;
/** Calls that wait for a collection, each with its bytes; empty texts alone would never fill one. */
const mostWaiting = 64;

/**
 * Texts of variable length, gathered in global heap collections (GCOL) for all datasets and attributes of the file. A
 * collection is written once, whole, and never touched again; it has no checksum that could tell a torn one.
 */
export class TextHeap {
  readonly #allocation: Pick<Allocation, 'raw'>;
  readonly #write: (address: number, bytes: Uint8Array) => void;
  #pending: Reference[] = [];
  #pendingBytes = 0;
  #whenSealed: (() => void)[] = [];

  constructor(allocation: Pick<Allocation, 'raw'>, write: (address: number, bytes: Uint8Array) => void) {
    this.#allocation = allocation;
    this.#write = write;
  }

  /** Puts, by the next {@link seal} at the latest, the 16 bytes that lead to `text` at `at` of `target`. */
  add(text: Uint8Array, target: Uint8Array, at: number): void {
    target.fill(0, at, at + 16);
    if (text.length === 0) return;
    const sizeBytes = objectBytes(text.length);
    if (this.#pendingBytes + sizeBytes > handyBytes || this.#pending.length === mostObjects) this.seal();
    this.#pending.push({ text, target, at });
    this.#pendingBytes += sizeBytes;
  }

  /** Calls when all targets until now are complete: at once, or at the next {@link seal}. */
  whenSealed(call: () => void): void {
    if (this.#pending.length === 0) call();
    else if (this.#whenSealed.push(call) === mostWaiting) this.seal();
  }

  /** Hands over what was gathered, so that the targets are complete. */
  seal(): void {
    if (this.#pending.length > 0) this.#writeCollection();
    for (const call of this.#whenSealed.splice(0)) call();
  }

  #writeCollection(): void {
    const sizeBytes = Math.max(smallestBytes, headerBytes + this.#pendingBytes);
    const address = this.#allocation.raw(sizeBytes);
    const bytes = new Uint8Array(sizeBytes);
    bytes.set(ascii('GCOL'));
    bytes[4] = 1;
    putU64(bytes, 8, sizeBytes);
    let at = headerBytes;
    let index = 0;
    for (const { text, target, at: targetAt } of this.#pending) {
      index++;
      putU16(bytes, at, index);
      putU64(bytes, at + 8, text.length);
      bytes.set(text, at + objectHeaderBytes);
      at += objectBytes(text.length);
      putU32(target, targetAt, text.length);
      putU64(target, targetAt + 4, address);
      putU32(target, targetAt + 12, index);
    }
    // The free rest is an object of number 0 whose size counts its header too; below 16 bytes it has none.
    if (sizeBytes - at >= objectHeaderBytes) putU64(bytes, at + 8, sizeBytes - at);
    this.#write(address, bytes);
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}

function objectBytes(textBytes: number): number {
  return objectHeaderBytes + Math.ceil(textBytes / 8) * 8;
}
