import { ByteReader, ByteWriter } from '../../ipc/index.ts';
import { type Field, type FieldTable, table } from '../field.ts';

/** Tables in tables: deeper ones are refused, as a message from anybody must not use up the stack. */
const maxDepth = 32;

/** Tables inside of others that are kept, and how large they may be: 2 MB in all, whoever sends. */
const maxKept = 64;
const maxKeptBytes = 1024;

/** Tables as they came, by their bytes: a sender says the same of himself in each message. */
const read = new Map<string, FieldTable>();

/** The bytes of tables that never change. */
const written = new WeakMap<FieldTable, Buffer>();

/** A table in a table that is the same in many messages: it is written once. */
export function constantTable(fields: Readonly<Record<string, Field>>): Field & { readonly tag: 'F' } {
  const made = table(fields);
  const writer = new ByteWriter();
  writeTable(writer, made.value, 1);
  written.set(made.value, writer.copy());
  return made;
}

/**
 * The fields of a table of AMQP 0-9-1, with RabbitMQ's tags (https://www.rabbitmq.com/amqp-0-9-1-errata). A table in it
 * may be the object that an earlier message had.
 *
 * @throws RangeError where it is malformed
 */
export function readTable(reader: ByteReader, depth = 0): FieldTable {
  return readFields(reader, endOf(reader, depth), depth);
}

function readFields(reader: ByteReader, end: number, depth: number): FieldTable {
  const fields = new Map<string, Field>();
  while (reader.position < end) fields.set(reader.shortText(), readField(reader, depth));
  if (reader.position !== end) throw runsOver();
  return fields;
}

function readList(reader: ByteReader, depth: number): Field[] {
  const fields: Field[] = [];
  const end = endOf(reader, depth);
  while (reader.position < end) fields.push(readField(reader, depth));
  if (reader.position !== end) throw runsOver();
  return fields;
}

function endOf(reader: ByteReader, depth: number): number {
  if (depth > maxDepth) throw tooDeep();
  const size = reader.uint32();
  return reader.position + size;
}

/** A table in that of a message. */
function readInner(reader: ByteReader): FieldTable {
  const bytes = reader.longBytes();
  if (bytes.length > maxKeptBytes) return readFields(new ByteReader(bytes), bytes.length, 1);
  const key = bytes.toString('latin1');
  const known = read.get(key);
  if (known !== undefined) return known;
  const fields = readFields(new ByteReader(bytes), bytes.length, 1);
  if (isConstant(fields)) {
    if (read.size >= maxKept) read.clear();
    read.set(key, fields);
  }
  return fields;
}

/** Whether nobody who has it can change it, which with bytes one can. */
function isConstant(fields: FieldTable): boolean {
  return fields.values().every(({ tag, value }) => {
    return tag === 'F' ? isConstant(value) : tag !== 'x' && tag !== 'A';
  });
}

const tooDeep = () => new RangeError(`tables deeper than ${maxDepth}`);
const runsOver = () => new RangeError('a table runs over its end');

function readField(reader: ByteReader, depth: number): Field {
  const tag = String.fromCharCode(reader.uint8());
  switch (tag) {
    case 'b':
      return { tag, value: reader.int8() };
    case 'B':
      return { tag, value: reader.uint8() };
    case 's':
      return { tag, value: reader.int16() };
    case 'u':
      return { tag, value: reader.uint16() };
    case 'I':
      return { tag, value: reader.int32() };
    case 'i':
      return { tag, value: reader.uint32() };
    case 'f':
      return { tag, value: reader.float() };
    case 'd':
      return { tag, value: reader.double() };
    case 'l':
      return { tag, value: reader.int64() };
    case 'T':
      return { tag, value: reader.uint64() };
    case 't':
      return { tag, value: reader.uint8() !== 0 };
    case 'S':
      return { tag, value: reader.longText() };
    case 'x':
      return { tag, value: reader.longBytes() };
    case 'D':
      return { tag, value: { places: reader.uint8(), digits: reader.uint32() } };
    case 'A':
      return { tag, value: readList(reader, depth + 1) };
    case 'F':
      return { tag, value: depth === 0 ? readInner(reader) : readTable(reader, depth + 1) };
    case 'V':
      return { tag, value: null };
    default:
      throw new RangeError(`a field of the unknown type '${tag}'`);
  }
}
/** @throws RangeError where a value does not fit its tag, a name has more than 255 bytes, or tables are too deep */
export function writeTable(writer: ByteWriter, fields: FieldTable, depth = 0): void {
  if (depth > maxDepth) throw tooDeep();
  const start = writer.beginSized();
  for (const [name, field] of fields) {
    writer.shortText(name);
    writeField(writer, field, depth);
  }
  writer.endSized(start);
}

function writeInner(writer: ByteWriter, fields: FieldTable, depth: number): void {
  const bytes = written.get(fields);
  if (bytes === undefined) writeTable(writer, fields, depth);
  else writer.bytes(bytes);
}

function writeList(writer: ByteWriter, fields: readonly Field[], depth: number): void {
  if (depth > maxDepth) throw tooDeep();
  const start = writer.beginSized();
  for (const field of fields) writeField(writer, field, depth);
  writer.endSized(start);
}

function writeField(writer: ByteWriter, field: Field, depth: number): void {
  writer.uint8(field.tag.charCodeAt(0));
  switch (field.tag) {
    case 'b':
      writer.int8(field.value);
      break;
    case 'B':
      writer.uint8(field.value);
      break;
    case 's':
      writer.int16(field.value);
      break;
    case 'u':
      writer.uint16(field.value);
      break;
    case 'I':
      writer.int32(field.value);
      break;
    case 'i':
      writer.uint32(field.value);
      break;
    case 'f':
      writer.float(field.value);
      break;
    case 'd':
      writer.double(field.value);
      break;
    case 'l':
      writer.int64(field.value);
      break;
    case 'T':
      writer.uint64(field.value);
      break;
    case 't':
      writer.uint8(field.value ? 1 : 0);
      break;
    case 'S':
      writer.longText(field.value);
      break;
    case 'x':
      writer.uint32(field.value.length);
      writer.bytes(field.value);
      break;
    case 'D':
      writer.uint8(field.value.places);
      writer.uint32(field.value.digits);
      break;
    case 'A':
      writeList(writer, field.value, depth + 1);
      break;
    case 'F':
      writeInner(writer, field.value, depth + 1);
      break;
    case 'V':
      break;
  }
}
