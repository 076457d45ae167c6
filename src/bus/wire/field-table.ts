import type { ByteReader, ByteWriter } from '../../ipc/index.ts';
import type { Field, FieldTable } from '../field.ts';

/** Tables in tables: deeper ones are refused, as a message from anybody must not use up the stack. */
const maxDepth = 32;

/**
 * The fields of a table of AMQP 0-9-1, with RabbitMQ's tags (https://www.rabbitmq.com/amqp-0-9-1-errata).
 *
 * @throws RangeError where it is malformed
 */
export function readTable(reader: ByteReader, depth = 0): FieldTable {
  const fields = new Map<string, Field>();
  readSized(reader, depth, () => fields.set(reader.shortText(), readField(reader, depth)));
  return fields;
}

function readList(reader: ByteReader, depth: number): Field[] {
  const fields: Field[] = [];
  readSized(reader, depth, () => fields.push(readField(reader, depth)));
  return fields;
}

function readSized(reader: ByteReader, depth: number, readNext: () => void): void {
  if (depth > maxDepth) throw tooDeep();
  const size = reader.uint32();
  const end = reader.position + size;
  while (reader.position < end) readNext();
  if (reader.position !== end) throw new RangeError('a table runs over its end');
}

const tooDeep = () => new RangeError(`tables deeper than ${maxDepth}`);

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
      return { tag, value: reader.longBytes().toString('utf8') };
    case 'x':
      return { tag, value: reader.longBytes() };
    case 'D':
      return { tag, value: { places: reader.uint8(), digits: reader.uint32() } };
    case 'A':
      return { tag, value: readList(reader, depth + 1) };
    case 'F':
      return { tag, value: readTable(reader, depth + 1) };
    case 'V':
      return { tag, value: null };
    default:
      throw new RangeError(`a field of the unknown type '${tag}'`);
  }
}

/** @throws RangeError where a value does not fit its tag, a name has more than 255 bytes, or tables are too deep */
export function writeTable(writer: ByteWriter, fields: FieldTable, depth = 0): void {
  if (depth > maxDepth) throw tooDeep();
  writer.sized(() => {
    for (const [name, field] of fields) {
      writer.shortText(name);
      writeField(writer, field, depth);
    }
  });
}

function writeList(writer: ByteWriter, fields: readonly Field[], depth: number): void {
  if (depth > maxDepth) throw tooDeep();
  writer.sized(() => {
    for (const field of fields) writeField(writer, field, depth);
  });
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
      writer.sized(() => writer.bytes(field.value));
      break;
    case 'D':
      writer.uint8(field.value.places);
      writer.uint32(field.value.digits);
      break;
    case 'A':
      writeList(writer, field.value, depth + 1);
      break;
    case 'F':
      writeTable(writer, field.value, depth + 1);
      break;
    case 'V':
      break;
  }
}
