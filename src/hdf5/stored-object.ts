import type { CommitPlan } from './commit-plan.ts';
import type { Attributes, Hdf5Object, ValueOptions } from './hdf5-file.ts';
import {
  attributeInfoMessage,
  attributeMessage,
  attributeOverheadBytes,
  dataspace,
  linkCountMessage,
  mostBodyBytes,
} from './messages.ts';
import { nameBytes, quoted } from './name.ts';
import { type HeaderMessage, type MessageSource, ObjectHeader } from './object-header.ts';
import { refusal } from './refusal.ts';
import type { Items } from './type-name.ts';
import { encodeValue } from './value.ts';
import type { CommitPart, Writer } from './writer.ts';

/** An object of the file: a header, with attributes among its messages. */
export class StoredObject implements Hdf5Object, CommitPart {
  readonly path: string;
  readonly header: ObjectHeader;
  protected readonly writer: Writer;
  readonly #attributeNames: Set<string>;
  #linkCount = 0;
  #linkCountMessage: HeaderMessage | undefined;

  /** @param messages what makes the object, in the order in which they are to stand */
  constructor(
    writer: Writer,
    path: string,
    messages: readonly Uint8Array[],
    options: { readonly attributes?: Attributes | undefined; readonly roomBytes: number },
  ) {
    const attributes = Object.entries(options.attributes ?? {});
    this.writer = writer;
    this.path = path;
    this.#attributeNames = new Set(attributes.map(([name]) => name));
    const sources = attributes.map(([name, value]) => attributeSource(writer, path, name, value, {}));
    const first = [...messages, attributeInfoMessage()].map((message) => () => message);
    this.header = new ObjectHeader(writer.allocation, [...first, ...sources], options.roomBytes);
    writer.touch(this);
  }

  attribute(name: string, value: Items, options: ValueOptions = {}): void {
    this.writer.assertUsable();
    if (this.#attributeNames.has(name)) {
      throw refusal(`${this.path} has an attribute ${quoted(name)} already`);
    }
    this.header.add(attributeSource(this.writer, this.path, name, value, options));
    this.#attributeNames.add(name);
    this.writer.touch(this);
  }

  /** Counts a further link that leads here. */
  addLink(): void {
    this.#linkCount++;
    if (this.#linkCount === 1) return;
    if (this.#linkCountMessage !== undefined) this.header.renew(this.#linkCountMessage, false);
    else this.#linkCountMessage = this.header.add(() => linkCountMessage(this.#linkCount));
    this.writer.touch(this);
  }

  isOf(writer: Writer): boolean {
    return this.writer === writer;
  }

  flush(): void {}

  write(plan: CommitPlan): boolean {
    this.header.write(plan);
    return true;
  }
}

/** Texts among the data get their places in the heap later: the message is made when it is written. */
function attributeSource(
  writer: Writer,
  path: string,
  name: string,
  value: Items,
  options: ValueOptions,
): MessageSource {
  const encodedName = nameBytes(name);
  const place = `the attribute ${quoted(name)} of ${path}`;
  const { type, shape, bytes } = encodeValue(value, options, writer.heap, place);
  const space = dataspace(shape);
  const sizeBytes =
    attributeOverheadBytes + encodedName.length + type.datatype.length + space.length + bytes.length;
  if (sizeBytes > mostBodyBytes) {
    throw refusal(`${place} has ${bytes.length} bytes; about 64 000 are possible: make it a dataset`);
  }
  return () => attributeMessage(encodedName, type.datatype, space, bytes);
}
