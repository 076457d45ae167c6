import type { Allocation } from './allocation.ts';
import {
  dataBlockElements,
  firstDataBlock,
  firstElement,
  impliedSuperBlocks,
  pageElements,
  pagesOf,
} from './array-geometry.ts';
import { ascii, joined, putChecksum, putU32, u8, u64, undefinedAddress } from './bytes.ts';
import type { Chunk, ElementFormat } from './chunk-element.ts';
import type { CommitPlan } from './commit-plan.ts';

/** Signature, version, class, address of the array's header, number of the first element. */
const prefixBytes = 18;
const checksumBytes = 4;

/**
 * A data block of an extensible array (EADB): elements, in pages with a checksum each when it has many.
 *
 * A block without pages fits within 4 KiB and is rewritten in place. The pages of a paged one follow each other without
 * a gap, some across 4 KiB, so none is rewritten where readers look: such a block exists twice, what has changed goes
 * to the copy that nothing leads to, and then the pointer to the block is turned.
 */
export class DataBlock {
  /** Where the pointer to the block must lead; undefinedAddress until the first {@link write}. */
  address = undefinedAddress;
  /** Pages that hold an element. */
  readonly usedPages = new Set<number>();
  readonly sizeBytes: number;
  readonly #format: ElementFormat;
  readonly #bytes: Uint8Array;
  readonly #elements: number;
  readonly #isPaged: boolean;
  readonly #pageBytes: number;
  #finalCount = 0;
  #replaces = false;
  /** The copy that nothing leads to, with what it lacks; the same of the one at {@link address}. */
  #idle = { address: undefinedAddress, lacks: new Set<number>() };
  #current = { address: undefinedAddress, lacks: new Set<number>() };

  constructor(arrayAddress: number, format: ElementFormat, superBlock: number, dataBlock: number) {
    const pages = pagesOf(superBlock);
    this.#format = format;
    this.#elements = dataBlockElements(superBlock);
    this.#isPaged = pages > 0;
    this.#pageBytes = pageElements * format.sizeBytes + checksumBytes;
    const body = this.#isPaged
      ? checksumBytes + pages * this.#pageBytes
      : this.#elements * format.sizeBytes + checksumBytes;
    this.sizeBytes = prefixBytes + body;
    this.#bytes = joined(
      ascii('EADB'),
      u8(0, format.isFiltered ? 1 : 0),
      u64(arrayAddress),
      new Uint8Array(4 + body),
    );
    putU32(this.#bytes, 14, blockOffset(superBlock, dataBlock));
    if (!this.#isPaged) format.clear(this.#bytes, prefixBytes, this.#elements);
    else {
      putChecksum(this.#bytes, prefixBytes);
      for (let page = 0; page < pages; page++) {
        format.clear(this.#bytes, this.#pageAt(page), pageElements);
      }
    }
  }

  /** Whether no element will change any more. */
  get isComplete(): boolean {
    return this.#finalCount === this.#elements;
  }

  put(element: number, chunk: Chunk): void {
    const page = this.#isPaged ? Math.floor(element / pageElements) : 0;
    const inPage = this.#isPaged ? element % pageElements : element;
    const at = (this.#isPaged ? this.#pageAt(page) : prefixBytes) + inPage * this.#format.sizeBytes;
    if (!this.#format.isAbsent(this.#bytes, at)) this.#replaces = true;
    this.#format.put(this.#bytes, at, chunk);
    if (chunk.isFinal) this.#finalCount++;
    this.usedPages.add(page);
    this.#idle.lacks.add(page);
    this.#current.lacks.add(page);
  }

  /** @param isReachable whether readers find the dataset already */
  write(plan: CommitPlan, allocation: Allocation, isReachable: boolean): void {
    if (this.#isPaged) this.#writeIdleCopy(plan, allocation);
    else this.#writeInPlace(plan, allocation, isReachable);
  }

  #writeInPlace(plan: CommitPlan, allocation: Allocation, isReachable: boolean): void {
    const isNew = this.address === undefinedAddress;
    if (isNew) this.address = allocation.block('index', this.sizeBytes);
    putChecksum(this.#bytes, this.sizeBytes - checksumBytes);
    // New elements lie behind the extent that readers know; one that is replaced does not.
    const step = isReachable && !isNew && this.#replaces ? 'index' : 'hidden';
    plan.write(step, this.address, this.#bytes);
    this.#replaces = false;
  }

  #writeIdleCopy(plan: CommitPlan, allocation: Allocation): void {
    const copy = this.#idle;
    if (copy.address === undefinedAddress) {
      copy.address = allocation.raw(this.sizeBytes);
      plan.write('hidden', copy.address, this.#bytes.subarray(0, prefixBytes + checksumBytes));
    }
    for (const page of copy.lacks) {
      const at = this.#pageAt(page);
      const bytes = this.#bytes.subarray(at, at + this.#pageBytes);
      putChecksum(bytes, this.#pageBytes - checksumBytes);
      plan.write('hidden', copy.address + at, bytes);
    }
    copy.lacks.clear();
    this.#idle = this.#current;
    this.#current = copy;
    this.address = copy.address;
  }

  #pageAt(page: number): number {
    return prefixBytes + checksumBytes + page * this.#pageBytes;
  }
}

/** As libhdf5 counts it, which differs for the blocks that the index block points to itself. Readers ignore it. */
function blockOffset(superBlock: number, dataBlock: number): number {
  const number = superBlock < impliedSuperBlocks ? firstDataBlock(superBlock) + dataBlock : dataBlock;
  return firstElement(superBlock) + number * dataBlockElements(superBlock);
}
