import { FixedDataset } from './fixed-dataset.ts';
import { GrowingDataset } from './growing-dataset.ts';
import type { Attributes, Dataset, DatasetOptions, Group, Hdf5Object, ValueOptions } from './hdf5-file.ts';
import { groupInfoMessage, linkInfoMessage, linkMessage } from './messages.ts';
import { linkName, quoted } from './name.ts';
import { refusal } from './refusal.ts';
import { StoredObject } from './stored-object.ts';
import type { Items } from './type-name.ts';
import type { Writer } from './writer.ts';

const roomBytes = 256;

export class StoredGroup extends StoredObject implements Group {
  readonly #names = new Set<string>();

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

  #link<T extends StoredObject>(name: string, make: (path: string) => T): T {
    this.writer.assertUsable();
    const bytes = linkName(name);
    if (this.#names.has(name)) throw refusal(`${this.path} has an object ${quoted(name)} already`);
    const child = make(this.path === '/' ? `/${name}` : `${this.path}/${name}`);
    this.#names.add(name);
    this.header.add(() => linkMessage(bytes, child.header.address));
    this.writer.touch(this);
    return child;
  }
}
