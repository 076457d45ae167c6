import { FixedDataset } from './fixed-dataset.ts';
import { GrowingDataset } from './growing-dataset.ts';
import type { Attributes, Dataset, DatasetOptions, Group, Hdf5Object, ValueOptions } from './hdf5-file.ts';
import { groupInfoMessage, linkInfoMessage, linkMessage } from './messages.ts';
import { linkName, quoted } from './name.ts';
import type { HeaderMessage } from './object-header.ts';
import { refusal } from './refusal.ts';
import { StoredObject } from './stored-object.ts';
import type { Items } from './type-name.ts';
import type { Writer } from './writer.ts';

const roomBytes = 256;
/** A longer link may stand in a block that is written once. */
const mostTurnedNameCharacters = 1000;

interface Link {
  readonly message: HeaderMessage;
  child: StoredObject;
}

export class StoredGroup extends StoredObject implements Group {
  readonly #links = new Map<string, Link>();

  constructor(writer: Writer, path: string) {
    super(writer, path, [linkInfoMessage(), groupInfoMessage()], { roomBytes });
  }

  group(name: string): Group {
    return this.#link(name, (path) => new StoredGroup(this.writer, path));
  }

  dataset(name: string, options: DatasetOptions): Dataset {
    return this.#link(name, (path) => new GrowingDataset(this.writer, path, options));
  }

  fixed(name: string, value: Items, options: ValueOptions & { attributes?: Attributes } = {}): Hdf5Object {
    return this.#link(name, (path) => new FixedDataset(this.writer, path, value, options));
  }

  link(name: string, object: Hdf5Object): void {
    if (!(object instanceof StoredObject) || !object.isOf(this.writer) || object instanceof StoredGroup) {
      throw refusal(`${this.path} takes links to datasets of this file; ${object.path} is none`);
    }
    this.#link(name, () => object);
  }

  supersede(name: string, options: DatasetOptions, keptAs?: string): Dataset {
    this.writer.assertUsable();
    const link = this.#links.get(name);
    if (link === undefined) throw refusal(`${this.path} has no object ${quoted(name)}`);
    if (name.length > mostTurnedNameCharacters) {
      throw refusal(`${this.path}: the link ${quoted(name)} is too long to be turned`);
    }
    if (keptAs !== undefined) this.#assertFree(keptAs);
    const dataset = new GrowingDataset(this.writer, this.#pathOf(name), options);
    const superseded = link.child;
    link.child = dataset;
    dataset.addLink();
    if (keptAs !== undefined) this.#link(keptAs, () => superseded);
    this.header.renew(link.message, keptAs !== undefined);
    this.writer.touch(this);
    return dataset;
  }

  #link<T extends StoredObject>(name: string, find: (path: string) => T): T {
    this.writer.assertUsable();
    const bytes = this.#assertFree(name);
    const child = find(this.#pathOf(name));
    const message = this.header.add(() => linkMessage(bytes, link.child.header.address));
    const link: Link = { child, message };
    this.#links.set(name, link);
    child.addLink();
    this.writer.touch(this);
    return child;
  }

  /** @returns the bytes of the name. @throws ALI_HDF5_REFUSED when it is taken or not possible */
  #assertFree(name: string): Uint8Array {
    const bytes = linkName(name);
    if (this.#links.has(name)) throw refusal(`${this.path} has an object ${quoted(name)} already`);
    return bytes;
  }

  #pathOf(name: string): string {
    return this.path === '/' ? `/${name}` : `${this.path}/${name}`;
  }
}
