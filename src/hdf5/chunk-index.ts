import type { Allocation } from './allocation.ts';
import {
  arrayParameters,
  dataBlockElements,
  firstDataBlock,
  firstElement,
  impliedSuperBlocks,
  indexDataBlocks,
  indexSuperBlocks,
  placeOf,
} from './array-geometry.ts';
import { ascii, putAll, putChecksum, putU64, u8, u64 } from './bytes.ts';
import type { Chunk, ElementFormat } from './chunk-element.ts';
import type { CommitPlan } from './commit-plan.ts';
import { DataBlock } from './data-block.ts';
import { SuperBlock } from './super-block.ts';

const headerBytes = 72;
const indexPrefixBytes = 14;

const headerSignature = ascii('EAHD');
const blockSignature = ascii('EAIB');
const parameterBytes = u8(
  arrayParameters.maxIndexBits,
  arrayParameters.indexBlockElements,
  arrayParameters.minDataBlockElements,
  arrayParameters.minDataBlockPointers,
  arrayParameters.pageBits,
);
/** Of those in the header: behind signature, version, class, size of an element, and the parameters. */
const firstCountAt = 12;

/**
 * The extensible array that leads to a dataset's chunks: header (EAHD), index block (EAIB), and from it data blocks and
 * super blocks as the chunks come.
 *
 * While the file grows, the header's "max index set" covers each data block whole, as soon as it is there: absent
 * elements read as absent chunks, so a further chunk changes the data block alone.
 */
export class ChunkIndex {
  readonly address: number;
  readonly #allocation: Allocation;
  readonly #format: ElementFormat;
  readonly #header = new Uint8Array(headerBytes);
  readonly #indexBlock: Uint8Array;
  readonly #indexBlockAddress: number;
  readonly #pointersAt: number;
  readonly #dataBlocks = new Map<number, { block: DataBlock; superBlock: number; dataBlock: number }>();
  readonly #superBlocks = new Map<number, SuperBlock>();
  #pending = new Map<number, Chunk>();
  readonly #counts = { superBlocks: 0, superBlockBytes: 0, dataBlocks: 0, dataBlockBytes: 0, realized: 0 };
  #coveredCount: number = arrayParameters.indexBlockElements;
  #chunkCount = 0;
  #isWritten = false;

  constructor(allocation: Allocation, format: ElementFormat) {
    const { indexBlockElements: elements } = arrayParameters;
    this.#allocation = allocation;
    this.#format = format;
    this.address = allocation.block('index', headerBytes);
    this.#pointersAt = indexPrefixBytes + elements * format.sizeBytes;
    const pointersEnd = this.#pointersAt + 8 * (indexDataBlocks + indexSuperBlocks);
    this.#indexBlock = new Uint8Array(pointersEnd + 4).fill(0xff, this.#pointersAt, pointersEnd);
    putAll(this.#indexBlock, 0, [blockSignature, u8(0, format.isFiltered ? 1 : 0), u64(this.address)]);
    format.clear(this.#indexBlock, indexPrefixBytes, elements);
    this.#indexBlockAddress = allocation.block('index', this.#indexBlock.length);
    this.#counts.realized = elements;
  }

  /** What {@link write} puts in the place of chunk `index`. */
  set(index: number, chunk: Chunk): void {
    this.#pending.set(index, chunk);
  }

  /**
   * @param isReachable whether readers find the dataset already
   * @param isLast whether the index is complete: the header then tells how many chunks there are
   */
  write(plan: CommitPlan, isReachable: boolean, isLast: boolean): void {
    if (this.#pending.size === 0 && this.#isWritten && !isLast) return;
    let indexBlockStep: 'hidden' | 'index' | undefined = this.#isWritten ? undefined : 'hidden';
    const changed = new Set<number>();
    for (const [index, chunk] of this.#pending) {
      this.#chunkCount = Math.max(this.#chunkCount, index + 1);
      const place = placeOf(index);
      if (place.isInIndexBlock) {
        const at = indexPrefixBytes + place.element * this.#format.sizeBytes;
        if (isReachable && !this.#format.isAbsent(this.#indexBlock, at)) indexBlockStep = 'index';
        indexBlockStep ??= 'hidden';
        this.#format.put(this.#indexBlock, at, chunk);
      } else {
        changed.add(this.#putInDataBlock(place, chunk));
      }
    }
    this.#pending = new Map();
    if (this.#writeBlocks(changed, plan, isReachable)) indexBlockStep = isReachable ? 'index' : 'hidden';
    if (indexBlockStep !== undefined) {
      putChecksum(this.#indexBlock, this.#indexBlock.length - 4);
      plan.write(indexBlockStep, this.#indexBlockAddress, this.#indexBlock);
    }
    if (isLast) this.#coveredCount = this.#chunkCount;
    this.#writeHeader(plan, isReachable);
    this.#isWritten = true;
  }

  /** @returns the number of the data block */
  #putInDataBlock(place: { superBlock: number; dataBlock: number; element: number }, chunk: Chunk): number {
    const { superBlock, dataBlock, element } = place;
    const number = firstDataBlock(superBlock) + dataBlock;
    let entry = this.#dataBlocks.get(number);
    if (entry === undefined) {
      const block = new DataBlock(this.address, this.#format, superBlock, dataBlock);
      entry = { block, superBlock, dataBlock };
      this.#dataBlocks.set(number, entry);
      this.#counts.dataBlocks++;
      this.#counts.dataBlockBytes += block.sizeBytes;
      this.#counts.realized += dataBlockElements(superBlock);
      const end =
        arrayParameters.indexBlockElements +
        firstElement(superBlock) +
        (dataBlock + 1) * dataBlockElements(superBlock);
      this.#coveredCount = Math.max(this.#coveredCount, end);
    }
    entry.block.put(element, chunk);
    return number;
  }

  /** @returns whether the index block has changed */
  #writeBlocks(changed: ReadonlySet<number>, plan: CommitPlan, isReachable: boolean): boolean {
    let isIndexBlockChanged = false;
    const changedSuperBlocks = new Map<number, SuperBlock>();
    for (const number of changed) {
      const entry = this.#dataBlocks.get(number);
      if (entry === undefined) continue;
      const { block, superBlock, dataBlock } = entry;
      const before = block.address;
      block.write(plan, this.#allocation, isReachable);
      if (block.isComplete) this.#dataBlocks.delete(number);
      if (block.address === before) continue;
      if (superBlock < impliedSuperBlocks) {
        putU64(this.#indexBlock, this.#pointersAt + 8 * number, block.address);
        isIndexBlockChanged = true;
      } else {
        const parent = this.#superBlock(superBlock);
        parent.point(dataBlock, block.address, block.usedPages);
        changedSuperBlocks.set(superBlock, parent);
      }
    }
    for (const [superBlock, block] of changedSuperBlocks) {
      const before = block.address;
      block.write(plan, this.#allocation, isReachable);
      if (block.address === before) continue;
      const slot = indexDataBlocks + superBlock - impliedSuperBlocks;
      putU64(this.#indexBlock, this.#pointersAt + 8 * slot, block.address);
      isIndexBlockChanged = true;
    }
    return isIndexBlockChanged;
  }

  #superBlock(superBlock: number): SuperBlock {
    let block = this.#superBlocks.get(superBlock);
    if (block === undefined) {
      block = new SuperBlock(this.address, this.#format.isFiltered, superBlock);
      this.#superBlocks.set(superBlock, block);
      this.#counts.superBlocks++;
      this.#counts.superBlockBytes += block.sizeBytes;
    }
    return block;
  }

  #writeHeader(plan: CommitPlan, isReachable: boolean): void {
    const bytes = this.#encodeHeader();
    if (this.#isWritten && Buffer.compare(bytes, this.#header) === 0) return;
    this.#header.set(bytes);
    plan.write(isReachable ? 'index' : 'hidden', this.address, this.#header);
  }

  #encodeHeader(): Uint8Array {
    const bytes = new Uint8Array(headerBytes);
    const { isFiltered, sizeBytes } = this.#format;
    const { superBlocks, superBlockBytes, dataBlocks, dataBlockBytes, realized } = this.#counts;
    putAll(bytes, 0, [headerSignature, u8(0, isFiltered ? 1 : 0, sizeBytes), parameterBytes]);
    let at = firstCountAt;
    for (const count of [superBlocks, superBlockBytes, dataBlocks, dataBlockBytes]) {
      putU64(bytes, at, count);
      at += 8;
    }
    putU64(bytes, at, this.#coveredCount);
    putU64(bytes, at + 8, realized);
    putU64(bytes, at + 16, this.#indexBlockAddress);
    putChecksum(bytes, headerBytes - 4);
    return bytes;
  }
}
