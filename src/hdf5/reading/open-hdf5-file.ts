import type { Item } from '../type-name.ts';
import { damaged } from './damage.ts';
import { addressAt, FileBytes } from './file-bytes.ts';
import { readMessages } from './header-messages.ts';
import { ReadDataset } from './read-dataset.ts';
import { ItemReader, readType } from './read-type.ts';

const signature = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
const types = { linkInfo: 0x02, link: 0x06, attribute: 0x0c } as const;

/**
 * Opens a file that was written by {@link createHdf5File}, also one that still grows, or whose writer was killed. Every
 * checksum on the way is tested.
 *
 * @throws ALI_HDF5_DAMAGED when it is damaged, or no such file; the system's error when it cannot be opened
 * @example
 * await using run = await openHdf5File('run.h5');
 * const samples = await run.root.dataset('samples');
 * console.log(samples?.shape, await samples?.items(0, 10));
 */
export async function openHdf5File(path: string): Promise<Hdf5Reader> {
  const file = await FileBytes.open(path);
  try {
    if (file.sizeBytes < 48) throw damaged(`${path} has ${file.sizeBytes} bytes: it is no HDF5 file`);
    const superblock = await file.read(0, 48);
    if (!superblock.subarray(0, 8).equals(signature)) throw damaged(`${path} is no HDF5 file`);
    if (superblock[8] !== 3)
      throw damaged(`${path} was not written by Alidade (superblock version ${superblock[8]})`);
    file.check(superblock, 0, 'superblock');
    const end = addressAt(superblock, 28) ?? 0;
    if (end > file.sizeBytes) throw damaged(`${path} is cut: it has ${file.sizeBytes} of ${end} bytes`);
    return new Hdf5Reader(file, await ReadGroup.open(file, addressAt(superblock, 36) ?? -1, '/'));
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** An open file. */
export class Hdf5Reader implements AsyncDisposable {
  readonly root: ReadGroup;
  readonly #file: FileBytes;

  constructor(file: FileBytes, root: ReadGroup) {
    this.#file = file;
    this.root = root;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

/** A group, as it was when it was opened. */
export class ReadGroup {
  readonly path: string;
  readonly attributes: Attributes;
  readonly #file: FileBytes;
  readonly #links: ReadonlyMap<string, number>;

  private constructor(
    file: FileBytes,
    path: string,
    links: ReadonlyMap<string, number>,
    attributes: Attributes,
  ) {
    this.#file = file;
    this.path = path;
    this.#links = links;
    this.attributes = attributes;
  }

  static async open(file: FileBytes, address: number, path: string): Promise<ReadGroup> {
    const messages = await readMessages(file, address);
    if (!messages.some(({ type }) => type === types.linkInfo))
      throw damaged(`${file.path}: ${path} is no group`);
    const links = new Map(
      messages.filter(({ type }) => type === types.link).map(({ body }) => readLink(body)),
    );
    return new ReadGroup(file, path, links, await readAttributes(file, messages));
  }

  /** Names of what is in it, in the order in which it was put there. */
  get names(): readonly string[] {
    return [...this.#links.keys()];
  }

  /** @returns undefined when there is none of this name. @throws ALI_HDF5_DAMAGED, also when it is no group */
  async group(name: string): Promise<ReadGroup | undefined> {
    const address = this.#links.get(name);
    return address === undefined ? undefined : ReadGroup.open(this.#file, address, this.#pathOf(name));
  }

  /** @returns undefined when there is none of this name. @throws ALI_HDF5_DAMAGED, also when it is no dataset */
  async dataset(name: string): Promise<ReadDataset | undefined> {
    const address = this.#links.get(name);
    if (address === undefined) return undefined;
    const messages = await readMessages(this.#file, address);
    const attributes = await readAttributes(this.#file, messages);
    return ReadDataset.open(this.#file, this.#pathOf(name), address, messages, attributes);
  }

  #pathOf(name: string): string {
    return this.path === '/' ? `/${name}` : `${this.path}/${name}`;
  }
}

/** Items of each attribute, one after the other. */
export type Attributes = ReadonlyMap<string, readonly Item[]>;

function readLink(body: Buffer): [string, number] {
  const flags = body[1] as number;
  const at = 2 + ((flags & 0x10) === 0 ? 0 : 1);
  const width = 1 << (flags & 3);
  if ((flags & 0x0c) !== 0 || width === 8) throw damaged('a link is none of ours');
  const end = at + width + body.readUIntLE(at, width);
  return [body.toString('utf8', at + width, end), addressAt(body, end) ?? -1];
}

async function readAttributes(
  file: FileBytes,
  messages: readonly { readonly type: number; readonly body: Buffer }[],
): Promise<Attributes> {
  const reader = new ItemReader(file);
  const attributes = new Map<string, readonly Item[]>();
  for (const { type, body } of messages) {
    if (type !== types.attribute) continue;
    const [nameBytes, typeBytes, spaceBytes] = [
      body.readUInt16LE(2),
      body.readUInt16LE(4),
      body.readUInt16LE(6),
    ];
    const typeAt = 9 + nameBytes;
    const dataAt = typeAt + typeBytes + spaceBytes;
    const name = body.toString('utf8', 9, typeAt - 1);
    const itemType = readType(body.subarray(typeAt, typeAt + typeBytes));
    attributes.set(name, await reader.items(itemType, body.subarray(dataAt)));
  }
  return attributes;
}
