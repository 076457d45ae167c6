import { pageBytes } from './bytes.ts';
import { superblock } from './superblock.ts';
import type { WriteQueue } from './write-queue.ts';

const smallestSlabBytes = 1024 * 1024;
const largestSlabBytes = 1024 ** 3;
/** A slab is to last for about so many commits like the last one. */
const slabCommits = 16;

/**
 * The end of the file, as the superblock tells it. Readers take it from there when they open the file, refuse the file
 * when it is shorter, and refuse addresses beyond. So it is published ahead, in slabs of sparse space: the file is as
 * long on the disk before the superblock says so, and the superblock says so before anything leads there.
 */
export class EndOfFile {
  rootAddress = 0;
  readonly #queue: WriteQueue;
  #publishedEnd = 0;
  #extendedEnd = 0;
  #lastEnd = 0;

  constructor(queue: WriteQueue) {
    this.#queue = queue;
  }

  /**
   * Extends the file when the published space is used up (`now`: the new end must be published before anything else)
   * or soon will be (`ahead`).
   */
  extend(allocatedEnd: number): 'now' | 'ahead' | 'not' {
    const growth = allocatedEnd - this.#lastEnd;
    this.#lastEnd = allocatedEnd;
    const slab = Math.min(Math.max(slabCommits * growth, smallestSlabBytes), largestSlabBytes);
    const isUsedUp = allocatedEnd > this.#publishedEnd;
    if (!isUsedUp && allocatedEnd + slab / 2 <= this.#publishedEnd) return 'not';
    this.#extendedEnd = Math.ceil((allocatedEnd + slab) / pageBytes) * pageBytes;
    this.#queue.truncate(this.#extendedEnd);
    return isUsedUp ? 'now' : 'ahead';
  }

  /** Puts the new superblock on its way; the file must be as long already, on the disk. */
  publish(): void {
    this.#put(this.#extendedEnd);
  }

  /**
   * Gives back what was published beyond `end`. Space given out beyond what is published belongs to objects that were
   * refused while they were made: nothing leads there, and the file may be shorter.
   *
   * @returns the end of the file
   */
  lower(end: number): number {
    this.#put(Math.min(end, this.#publishedEnd));
    return this.#publishedEnd;
  }

  #put(end: number): void {
    this.#publishedEnd = end;
    this.#queue.write(0, superblock(end, this.rootAddress));
  }
}
