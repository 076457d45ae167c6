import type { ByteReader, ByteWriter } from '../../ipc/index.ts';
import type { Properties } from '../bus.ts';
import { readTable, writeTable } from './field-table.ts';

/** The flags of the properties of AMQP's class `basic`, which follow each other in this order. */
const flagOf = {
  contentType: 0x8000,
  contentEncoding: 0x4000,
  headers: 0x2000,
  deliveryMode: 0x1000,
  priority: 0x0800,
  correlationId: 0x0400,
  replyTo: 0x0200,
  expiration: 0x0100,
  messageId: 0x0080,
  timestamp: 0x0040,
  type: 0x0020,
  userId: 0x0010,
  appId: 0x0008,
  clusterId: 0x0004,
} as const satisfies Record<keyof Properties, number>;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

// One line a property here and below, as each message of a bus is read and written with them: names in variables would
// take as long again as the rest.

/** Flags and properties, as in a content header of AMQP 0-9-1. @throws RangeError where they are malformed */
export function readProperties(reader: ByteReader): Properties {
  const flags = reader.uint16();
  const read: Writable<Properties> = {};
  if ((flags & flagOf.contentType) !== 0) read.contentType = reader.shortText();
  if ((flags & flagOf.contentEncoding) !== 0) read.contentEncoding = reader.shortText();
  if ((flags & flagOf.headers) !== 0) read.headers = readTable(reader);
  if ((flags & flagOf.deliveryMode) !== 0) read.deliveryMode = reader.uint8();
  if ((flags & flagOf.priority) !== 0) read.priority = reader.uint8();
  if ((flags & flagOf.correlationId) !== 0) read.correlationId = reader.shortText();
  if ((flags & flagOf.replyTo) !== 0) read.replyTo = reader.shortText();
  if ((flags & flagOf.expiration) !== 0) read.expiration = reader.shortText();
  if ((flags & flagOf.messageId) !== 0) read.messageId = reader.shortText();
  if ((flags & flagOf.timestamp) !== 0) read.timestamp = Number(reader.uint64());
  if ((flags & flagOf.type) !== 0) read.type = reader.shortText();
  if ((flags & flagOf.userId) !== 0) read.userId = reader.shortText();
  if ((flags & flagOf.appId) !== 0) read.appId = reader.shortText();
  if ((flags & flagOf.clusterId) !== 0) read.clusterId = reader.shortText();
  return read;
}

/** @throws RangeError where a value is too long or does not fit */
export function writeProperties(writer: ByteWriter, properties: Properties): void {
  const start = writer.size;
  writer.uint16(0);
  let flags = 0;
  const text = (flag: number, value: string | undefined) => {
    if (value === undefined) return;
    flags |= flag;
    writer.shortText(value);
  };
  const { headers, deliveryMode, priority, timestamp } = properties;
  text(flagOf.contentType, properties.contentType);
  text(flagOf.contentEncoding, properties.contentEncoding);
  if (headers !== undefined) {
    flags |= flagOf.headers;
    writeTable(writer, headers);
  }
  if (deliveryMode !== undefined) {
    flags |= flagOf.deliveryMode;
    writer.uint8(deliveryMode);
  }
  if (priority !== undefined) {
    flags |= flagOf.priority;
    writer.uint8(priority);
  }
  text(flagOf.correlationId, properties.correlationId);
  text(flagOf.replyTo, properties.replyTo);
  text(flagOf.expiration, properties.expiration);
  text(flagOf.messageId, properties.messageId);
  if (timestamp !== undefined) {
    flags |= flagOf.timestamp;
    writer.uint64(BigInt(timestamp));
  }
  text(flagOf.type, properties.type);
  text(flagOf.userId, properties.userId);
  text(flagOf.appId, properties.appId);
  text(flagOf.clusterId, properties.clusterId);
  writer.overwriteUint16(flags, start);
}
