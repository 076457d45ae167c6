import { pageBytes } from './bytes.ts';

const firstRegionBytes = pageBytes;
const largestRegionBytes = 16 * pageBytes;

/**
 * Gives out the space of the file, from its beginning to its end, and takes none back. Small blocks of one kind stand
 * together in regions of whole pages, none of them across two pages; all else follows where the file ends.
 */
export class Allocation {
  /** First byte behind everything that was given out. */
  endAddress: number;
  /** The same with the regions whole, in which more will be given out. */
  reservedEnd: number;
  readonly #regions = {
    header: { at: 0, end: 0, sizeBytes: firstRegionBytes },
    index: { at: 0, end: 0, sizeBytes: firstRegionBytes },
  };

  constructor(startAddress: number) {
    this.endAddress = startAddress;
    this.reservedEnd = startAddress;
  }

  /** Space for raw data, or for blocks that are written once. */
  raw(sizeBytes: number): number {
    const address = this.reservedEnd;
    this.reservedEnd = address + sizeBytes;
    this.endAddress = this.reservedEnd;
    return address;
  }

  /** Space within one page, for a block that is rewritten in place. */
  block(kind: 'header' | 'index', sizeBytes: number): number {
    const region = this.#regions[kind];
    let address = region.at;
    if ((address % pageBytes) + sizeBytes > pageBytes) address = nextPage(address);
    if (address + sizeBytes > region.end) {
      address = nextPage(this.reservedEnd);
      region.end = address + region.sizeBytes;
      this.reservedEnd = region.end;
      region.sizeBytes = Math.min(2 * region.sizeBytes, largestRegionBytes);
    }
    region.at = address + sizeBytes;
    this.endAddress = Math.max(this.endAddress, region.at);
    return address;
  }
}

function nextPage(address: number): number {
  return Math.ceil(address / pageBytes) * pageBytes;
}
