import {
  arrayParameters,
  bitmapBytes,
  dataBlockCount,
  dataBlockElements,
  firstDataBlock,
  impliedSuperBlocks,
  indexDataBlocks,
  indexSuperBlocks,
  pageElements,
  pagesOf,
  placeOf,
} from '../array-geometry.ts';
import { damaged } from './damage.ts';
import { addressAt, type FileBytes } from './file-bytes.ts';

export interface StoredChunk {
  readonly address: number;
  readonly sizeBytes: number;
  readonly filterMask: number;
}

interface ReadBlock {
  readonly address: number;
  readonly elements: Buffer;
}

const headerBytes = 72;
/** Signature, version, class, address of the array's header. */
const indexPrefixBytes = 14;
/** The same, and the number of the first element. */
const blockPrefixBytes = 18;

/** Finds the chunks of a dataset by their numbers, best one after the other. */
export class ChunkLookup {
  readonly #file: FileBytes;
  readonly #elementBytes: number;
  readonly #chunkBytes: number;
  readonly #indexBlock: Buffer;
  /** The block read last: chunks are mostly asked for in their order. */
  #last: ReadBlock | undefined;
  #superBlock: ReadBlock | undefined;

  private constructor(file: FileBytes, elementBytes: number, chunkBytes: number, indexBlock: Buffer) {
    this.#file = file;
    this.#elementBytes = elementBytes;
    this.#chunkBytes = chunkBytes;
    this.#indexBlock = indexBlock;
  }

  /** @param chunkBytes of a chunk that is not filtered */
  static async open(file: FileBytes, address: number, chunkBytes: number): Promise<ChunkLookup> {
    const header = await file.block(address, headerBytes, 'EAHD');
    const elementBytes = header[6] as number;
    const { maxIndexBits, indexBlockElements, minDataBlockElements, minDataBlockPointers, pageBits } =
      arrayParameters;
    const ours = [maxIndexBits, indexBlockElements, minDataBlockElements, minDataBlockPointers, pageBits];
    if (elementBytes < 8 || ours.some((value, i) => header[7 + i] !== value)) {
      throw damaged(`${file.path}: the chunk index at byte ${address} is none of ours`);
    }
    const sizeBytes =
      indexPrefixBytes + indexBlockElements * elementBytes + 8 * (indexDataBlocks + indexSuperBlocks) + 4;
    const indexBlock = await file.block(addressAt(header, 60) ?? -1, sizeBytes, 'EAIB');
    return new ChunkLookup(file, elementBytes, chunkBytes, indexBlock);
  }

  /** Undefined where no chunk was written: all its rows are the fill value. */
  async chunk(number: number): Promise<StoredChunk | undefined> {
    const place = placeOf(number);
    if (place.isInIndexBlock) return this.#element(this.#indexBlock, indexPrefixBytes, place.element);
    const address = await this.#dataBlock(place.superBlock, place.dataBlock);
    if (address === undefined) return undefined;
    const pages = pagesOf(place.superBlock);
    if (pages === 0) {
      const elements = dataBlockElements(place.superBlock);
      const bytes = await this.#block(address, blockPrefixBytes + elements * this.#elementBytes + 4);
      return this.#element(bytes, blockPrefixBytes, place.element);
    }
    const pageBytes = pageElements * this.#elementBytes + 4;
    const at = address + blockPrefixBytes + 4 + Math.floor(place.element / pageElements) * pageBytes;
    if (this.#last?.address !== at) {
      const elements = await this.#file.read(at, pageBytes);
      this.#last = { address: at, elements };
      if (elements.some((byte) => byte !== 0)) this.#file.check(elements, at, 'page of a chunk index');
    }
    if (this.#last.elements.every((byte) => byte === 0)) return undefined;
    return this.#element(this.#last.elements, 0, place.element % pageElements);
  }

  async #dataBlock(superBlock: number, dataBlock: number): Promise<number | undefined> {
    const pointersAt = indexPrefixBytes + arrayParameters.indexBlockElements * this.#elementBytes;
    if (superBlock < impliedSuperBlocks) {
      return addressAt(this.#indexBlock, pointersAt + 8 * (firstDataBlock(superBlock) + dataBlock));
    }
    const address = addressAt(
      this.#indexBlock,
      pointersAt + 8 * (indexDataBlocks + superBlock - impliedSuperBlocks),
    );
    if (address === undefined) return undefined;
    const count = dataBlockCount(superBlock);
    const bitmaps = count * bitmapBytes(superBlock);
    if (this.#superBlock?.address !== address) {
      const sizeBytes = blockPrefixBytes + bitmaps + 8 * count + 4;
      this.#superBlock = { address, elements: await this.#file.block(address, sizeBytes, 'EASB') };
    }
    return addressAt(this.#superBlock.elements, blockPrefixBytes + bitmaps + 8 * dataBlock);
  }

  async #block(address: number, sizeBytes: number): Promise<Buffer> {
    if (this.#last?.address !== address) {
      this.#last = { address, elements: await this.#file.block(address, sizeBytes, 'EADB') };
    }
    return this.#last.elements;
  }

  #element(bytes: Buffer, at: number, element: number): StoredChunk | undefined {
    const place = at + element * this.#elementBytes;
    const address = addressAt(bytes, place);
    if (address === undefined) return undefined;
    if (this.#elementBytes === 8) return { address, sizeBytes: this.#chunkBytes, filterMask: 0 };
    const width = this.#elementBytes - 12;
    let sizeBytes = 0;
    for (let i = width - 1; i >= 0; i--) sizeBytes = sizeBytes * 256 + (bytes[place + 8 + i] as number);
    return { address, sizeBytes, filterMask: bytes.readUInt32LE(place + 8 + width) };
  }
}
