import { undefinedAddress } from './bytes.ts';
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
  constructor(
    writer: Writer,
    path: string,
    value: Items,
    options: ValueOptions & { attributes?: Attributes },
  ) {
    const { type, shape, bytes } = encodeValue(value, options, writer.heap, path);
    const address = bytes.length === 0 ? undefinedAddress : writer.allocation.raw(bytes.length);
    const messages = [
      fixedDataspaceMessage(shape),
      datatypeMessage(type.datatype),
      fillValueMessage(undefined),
      contiguousLayoutMessage(address, bytes.length),
    ];
    super(writer, path, messages, { attributes: options.attributes, roomBytes });
    if (bytes.length === 0) return;
    if (type.kind === 'string') writer.heap.whenSealed(() => writer.put(address, bytes));
    else writer.put(address, bytes);
  }
}
