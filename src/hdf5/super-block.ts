import type { Allocation } from './allocation.ts';
import { bitmapBytes, dataBlockCount, firstElement, pagesOf } from './array-geometry.ts';
import { ascii, joined, pageBytes, putChecksum, putU64, u8, u32, u64, undefinedAddress } from './bytes.ts';
import type { CommitPlan } from './commit-plan.ts';

const prefixBytes = 18;

/**
 * A super block of an extensible array (EASB): the addresses of its data blocks, and a bitmap of their pages in use.
 * It is rewritten in place while it fits within 4 KiB (up to chunk 2 097 139); larger ones exist twice, as paged data
 * blocks do.
 */
export class SuperBlock {
  address = undefinedAddress;
  readonly sizeBytes: number;
  readonly #bytes: Uint8Array;
  readonly #pages: number;
  readonly #pointersAt: number;
  #idleAddress = undefinedAddress;

  constructor(arrayAddress: number, isFiltered: boolean, superBlock: number) {
    const count = dataBlockCount(superBlock);
    this.#pages = pagesOf(superBlock);
    this.#bytes = joined(
      ascii('EASB'),
      u8(0, isFiltered ? 1 : 0),
      u64(arrayAddress),
      u32(firstElement(superBlock)),
      new Uint8Array(count * bitmapBytes(superBlock)),
      new Uint8Array(count * 8).fill(0xff),
      u32(0),
    );
    this.sizeBytes = this.#bytes.length;
    this.#pointersAt = prefixBytes + count * bitmapBytes(superBlock);
  }

  point(dataBlock: number, address: number, usedPages: ReadonlySet<number>): void {
    putU64(this.#bytes, this.#pointersAt + 8 * dataBlock, address);
    if (this.#pages === 0) return;
    for (const page of usedPages) {
      const bit = dataBlock * this.#pages + page;
      const at = prefixBytes + Math.floor(bit / 8);
      this.#bytes[at] = (this.#bytes[at] as number) | (0x80 >> (bit % 8));
    }
  }

  /** @param isReachable whether readers find the dataset already */
  write(plan: CommitPlan, allocation: Allocation, isReachable: boolean): void {
    putChecksum(this.#bytes, this.sizeBytes - 4);
    if (this.sizeBytes > pageBytes) {
      const current = this.address;
      this.address = this.#idleAddress;
      if (this.address === undefinedAddress) this.address = allocation.raw(this.sizeBytes);
      this.#idleAddress = current;
      plan.write('hidden', this.address, this.#bytes);
    } else {
      const isNew = this.address === undefinedAddress;
      if (isNew) this.address = allocation.block('index', this.sizeBytes);
      plan.write(isReachable && !isNew ? 'index' : 'hidden', this.address, this.#bytes);
    }
  }
}
