import type { ByteReader, ByteWriter } from '../../ipc/index.ts';
import type { Properties } from '../bus.ts';
import { readTable, writeTable } from './field-table.ts';

type Kind = 'text' | 'table' | 'octet' | 'time';

/** The properties of AMQP's class `basic` in the order of the wire; the first has the highest flag. */
const order = [
  ['contentType', 'text'],
  ['contentEncoding', 'text'],
  ['headers', 'table'],
  ['deliveryMode', 'octet'],
  ['priority', 'octet'],
  ['correlationId', 'text'],
  ['replyTo', 'text'],
  ['expiration', 'text'],
  ['messageId', 'text'],
  ['timestamp', 'time'],
  ['type', 'text'],
  ['userId', 'text'],
  ['appId', 'text'],
  ['clusterId', 'text'],
] as const satisfies readonly (readonly [string, Kind])[];

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Flags and properties, as in a content header of AMQP 0-9-1. @throws RangeError where they are malformed */
export function readProperties(reader: ByteReader): Properties {
  const flags = reader.uint16();
  const read: Record<string, unknown> = {};
  for (let index = 0, flag = 0x8000; index < order.length; index++, flag >>= 1) {
    const [name, kind] = order[index] as (typeof order)[number];
    if ((flags & flag) !== 0) read[name] = readOne(reader, kind);
  }
  return read as Writable<Properties>;
}

function readOne(reader: ByteReader, kind: Kind): unknown {
  switch (kind) {
    case 'text':
      return reader.shortText();
    case 'table':
      return readTable(reader);
    case 'octet':
      return reader.uint8();
    case 'time':
      return Number(reader.uint64());
  }
}

/** @throws RangeError where a value is too long or does not fit */
export function writeProperties(writer: ByteWriter, properties: Properties): void {
  let flags = 0;
  for (let index = 0, flag = 0x8000; index < order.length; index++, flag >>= 1) {
    const [name] = order[index] as (typeof order)[number];
    if (properties[name] !== undefined) flags |= flag;
  }
  writer.uint16(flags);
  const { contentType, contentEncoding, headers, deliveryMode, priority, timestamp } = properties;
  if (contentType !== undefined) writer.shortText(contentType);
  if (contentEncoding !== undefined) writer.shortText(contentEncoding);
  if (headers !== undefined) writeTable(writer, headers);
  if (deliveryMode !== undefined) writer.uint8(deliveryMode);
  if (priority !== undefined) writer.uint8(priority);
  for (const name of ['correlationId', 'replyTo', 'expiration', 'messageId'] as const) {
    const value = properties[name];
    if (value !== undefined) writer.shortText(value);
  }
  if (timestamp !== undefined) writer.uint64(BigInt(timestamp));
  for (const name of ['type', 'userId', 'appId', 'clusterId'] as const) {
    const value = properties[name];
    if (value !== undefined) writer.shortText(value);
  }
}
