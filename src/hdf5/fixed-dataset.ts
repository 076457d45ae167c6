import { undefinedAddress } from './bytes.ts';
import type { CommitPlan } from './commit-plan.ts';
import type { Attributes, ValueOptions } from './hdf5-file.ts';
import {
  contiguousLayoutMessage,
  datatypeMessage,
  fillValueMessage,
  fixedDataspaceMessage,
} from './messages.ts';
import { StoredObject } from './stored-object.ts';
import type { Items } from './type-name.ts';
import { encodeValue } from './value.ts';
import type { Writer } from './writer.ts';

const roomBytes = 64;

/** A dataset whose data stands in one piece. */
export class FixedDataset extends StoredObject {
  readonly #address: number;
  #bytes: Uint8Array | undefined;

  constructor(
    writer: Writer,
    path: string,
    value: Items,
    options: ValueOptions & { attributes?: Attributes },
  ) {
    const { type, shape, bytes } = encodeValue(value, options, writer.heap);
    const address = bytes.length === 0 ? undefinedAddress : writer.allocation.raw(bytes.length);
    const messages = [
      fixedDataspaceMessage(shape),
      datatypeMessage(type.datatype),
      fillValueMessage(undefined),
      contiguousLayoutMessage(address, bytes.length),
    ];
    super(writer, path, messages, { attributes: options.attributes, roomBytes });
    this.#address = address;
    this.#bytes = bytes;
  }

  override write(plan: CommitPlan): boolean {
    if (this.#bytes !== undefined && this.#bytes.length > 0) plan.write('hidden', this.#address, this.#bytes);
    this.#bytes = undefined;
    return super.write(plan);
  }
}
