import { u32 } from '../bytes.ts';
import { FileStorage } from '../file-storage.ts';
import { itemType } from '../item-type.ts';
import { linkName, nameBytes, quoted } from '../name.ts';
import { refusal } from '../refusal.ts';
import { TextHeap } from '../text-heap.ts';
import type { Item, TypeName } from '../type-name.ts';
import { EarliestOutput } from './earliest-output.ts';
import { type GroupPlaces, groupBlocks, superblock } from './group-blocks.ts';
import {
  aligned,
  attributeMessage,
  contiguousMessage,
  dataspaceMessage,
  datatypeMessage,
  fillValueMessage,
  linksAt,
  type Message,
  objectHeader,
} from './messages.ts';

/**
 * Makes an HDF5 file in the oldest form, which every version of HDF5 since 1.6.3 (2004) reads: superblock 0, groups with symbol
 * tables, object headers of version 1, and each dataset in one piece. For data that are there: sizes are said before the
 * rows come, and nobody can read the file until it is finished. Then it takes the name, in place of what had it.
 *
 * @throws ALI_FILE_NOT_WRITTEN
 * @example
 * await using file = await createEarliestFile('old.h5');
 * const counts = await file.root.group('run').dataset('counts', { type: 'uint16', shape: [2] });
 * await counts.append(new Uint8Array(Uint16Array.of(17, 18).buffer));
 * await file.finish();
 */
export async function createEarliestFile(path: string): Promise<EarliestFile> {
  return new EarliestFile(await FileStorage.create(path, true));
}

export interface EarliestDatasetOptions {
  /** Numbers are little-endian. */
  readonly type: TypeName;
  /** All of it, rows first; `[]` for one item. */
  readonly shape: readonly number[];
  readonly attributes?: ReadonlyMap<string, readonly Item[]>;
}

/** A file that is being made. What was not finished when it is disposed leaves nothing. */
export class EarliestFile implements AsyncDisposable {
  readonly root: EarliestGroup;
  readonly #storage: FileStorage;
  readonly #output: EarliestOutput;

  constructor(storage: FileStorage) {
    this.#storage = storage;
    this.#output = new EarliestOutput(storage);
    this.root = new EarliestGroup('/', this.#output);
  }

  /**
   * Writes the groups, and gives the file its name.
   *
   * @returns how long it is
   * @throws ALI_DISK_FULL, ALI_FILE_FAILED
   */
  async finish(): Promise<number> {
    const output = this.#output;
    const root = await this.root.write();
    const { endAddress } = output;
    await output.write(0, superblock(root, endAddress));
    await output.flush();
    await this.#storage.truncate(endAddress);
    await this.#storage.sync();
    await this.#storage.appear();
    return endAddress;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#storage.close();
  }
}

interface Link {
  readonly name: Uint8Array;
  readonly object: EarliestGroup | EarliestDataset;
}

/** A group. It is written when the file is finished: the addresses of all that is in it are known then. */
export class EarliestGroup {
  readonly path: string;
  readonly #output: EarliestOutput;
  readonly #links = new Map<string, Link>();
  readonly #attributes: Message[] = [];

  constructor(path: string, output: EarliestOutput) {
    this.path = path;
    this.#output = output;
  }

  /** Items of one kind: text, int64 as bigint, or float64. @throws ALI_HDF5_REFUSED */
  attribute(name: string, items: readonly Item[]): void {
    this.#attributes.push(attributeMessage(nameBytes(name), items));
  }

  /** @throws ALI_HDF5_REFUSED when the name is taken or not possible */
  group(name: string): EarliestGroup {
    const group = new EarliestGroup(this.#pathOf(name), this.#output);
    this.#add(name, group);
    return group;
  }

  /** @throws ALI_HDF5_REFUSED when the name is taken or not possible; ALI_DISK_FULL, ALI_FILE_FAILED */
  async dataset(name: string, options: EarliestDatasetOptions): Promise<EarliestDataset> {
    const dataset = new EarliestDataset(this.#pathOf(name), this.#output, options);
    this.#add(name, dataset);
    await dataset.begin();
    return dataset;
  }

  /** One more name of a dataset of this file (a hard link). @throws ALI_HDF5_REFUSED */
  link(name: string, dataset: EarliestDataset): void {
    this.#add(name, dataset);
    dataset.links++;
  }

  /** Those in it first. */
  async write(): Promise<GroupPlaces> {
    const members: { name: Uint8Array; address: number }[] = [];
    for (const { name, object } of this.#links.values()) {
      members.push({ name, address: (await object.write()).address });
    }
    const { bytes, ...places } = groupBlocks(this.path, members, this.#attributes, this.#output.endAddress);
    await this.#output.write(this.#output.raw(bytes.length), bytes);
    return places;
  }

  #add(name: string, object: EarliestGroup | EarliestDataset): void {
    if (this.#links.has(name)) throw refusal(`${this.path} has ${quoted(name)} already`);
    this.#links.set(name, { name: linkName(name), object });
  }

  #pathOf(name: string): string {
    return this.path === '/' ? `/${name}` : `${this.path}/${name}`;
  }
}

/** A dataset, in one piece behind its header. */
export class EarliestDataset {
  readonly path: string;
  /** How many names it has. */
  links = 1;
  readonly #output: EarliestOutput;
  readonly #header: Uint8Array;
  readonly #address: number;
  readonly #dataEnd: number;
  /** Where the next row goes. */
  #at: number;
  #isWritten = false;

  constructor(path: string, output: EarliestOutput, { type, shape, attributes }: EarliestDatasetOptions) {
    const item = itemType(type);
    const sizeBytes = shape.reduce((product, size) => product * size, item.sizeBytes);
    const header = (at: number) =>
      objectHeader(path, [
        dataspaceMessage(shape),
        datatypeMessage(item),
        fillValueMessage(),
        contiguousMessage(at, sizeBytes),
        ...[...(attributes ?? [])].map(([name, items]) => attributeMessage(nameBytes(name), items)),
      ]);
    this.path = path;
    this.#output = output;
    const headerBytes = aligned(header(0).length);
    this.#address = output.raw(headerBytes);
    this.#at = output.raw(sizeBytes);
    this.#dataEnd = this.#at + sizeBytes;
    this.#header = header(this.#at);
  }

  /** Called once, by the group. */
  begin(): Promise<void> {
    return this.#output.write(this.#address, this.#header);
  }

  /** Rows, as the file is to have them. The bytes must not change any more. @throws ALI_HDF5_REFUSED when there is no room */
  async append(bytes: Uint8Array): Promise<void> {
    const at = this.#at;
    this.skip(bytes.length);
    await this.#output.write(at, bytes);
  }

  /** Leaves bytes out, which are zeros then. */
  skip(sizeBytes: number): void {
    if (this.#at + sizeBytes > this.#dataEnd) throw refusal(`${this.path} has no room for more rows`);
    this.#at += sizeBytes;
  }

  /** Items of a dataset of `string`, in UTF-8. A text of no bytes leads nowhere, as the reference has it. */
  async appendTexts(texts: readonly Uint8Array[]): Promise<void> {
    const collections: [number, Uint8Array][] = [];
    const heap = new TextHeap(this.#output, (address, bytes) => collections.push([address, bytes]));
    const items = new Uint8Array(16 * texts.length);
    for (const [i, text] of texts.entries()) heap.add(text, items, 16 * i);
    heap.seal();
    for (const [address, bytes] of collections) await this.#output.write(address, bytes);
    await this.append(items);
  }

  /** Says how many links lead to it, and where it stands. */
  async write(): Promise<{ address: number }> {
    if (this.links > 1 && !this.#isWritten)
      await this.#output.write(this.#address + linksAt, u32(this.links));
    this.#isWritten = true;
    return { address: this.#address };
  }
}
