import { Complex } from './complex.ts';
import type { DType, DTypeField } from './dtype.ts';
import { Fault } from './fault.ts';
import { readHalf, readLongDouble, writeHalf } from './odd-floats.ts';
import type { PlainObject, Value } from './value.ts';

/** Reads the item at a byte offset. */
export type ItemReader = (view: DataView, offset: number) => Value;

const readers = new WeakMap<DType, ItemReader>();

/**
 * The reader for the items of a type. Integers are numbers up to 2^53 - 1 and bigints beyond, long doubles are
 * rounded to float64, times are bigint counts of their unit, `S` and `U` lose the zeros NumPy pads them with,
 * structures are plain objects without their padding.
 */
export function itemReader(type: DType): ItemReader {
  let reader = readers.get(type);
  if (reader === undefined) {
    reader = makeReader(type);
    readers.set(type, reader);
  }
  return reader;
}

function makeReader(type: DType): ItemReader {
  const little = type.littleEndian;
  const size = type.itemSizeBytes;
  switch (type.kind) {
    case 'b':
      return (view, at) => view.getUint8(at) !== 0;
    case 'i':
      if (size === 1) return (view, at) => view.getInt8(at);
      if (size === 2) return (view, at) => view.getInt16(at, little);
      if (size === 4) return (view, at) => view.getInt32(at, little);
      return (view, at) => narrow(view.getBigInt64(at, little));
    case 'u':
      if (size === 1) return (view, at) => view.getUint8(at);
      if (size === 2) return (view, at) => view.getUint16(at, little);
      if (size === 4) return (view, at) => view.getUint32(at, little);
      return (view, at) => narrow(view.getBigUint64(at, little));
    case 'f':
      return floatReader(size, little);
    case 'c': {
      const part = floatReader(size / 2, little);
      return (view, at) => new Complex(part(view, at), part(view, at + size / 2));
    }
    case 'M':
    case 'm':
      return (view, at) => view.getBigInt64(at, little);
    case 'S':
      return (view, at) => readBytes(view, at, size, true);
    case 'V':
      return (view, at) => readBytes(view, at, size, false);
    case 'U':
      return (view, at) => readText(view, at, size, little);
    case 'struct': {
      const fields = type.fields
        .filter((field) => field.name !== '')
        .map((field) => ({ name: field.name, offset: field.offset, read: fieldReader(field) }));
      return (view, at) => {
        const record: PlainObject = {};
        for (const { name, offset, read } of fields) setOwn(record, name, read(view, at + offset));
        return record;
      };
    }
  }
}

function floatReader(size: number, little: boolean): (view: DataView, at: number) => number {
  if (size === 2) return (view, at) => readHalf(view.getUint16(at, little));
  if (size === 4) return (view, at) => view.getFloat32(at, little);
  if (size === 8) return (view, at) => view.getFloat64(at, little);
  return (view, at) => readLongDouble(view, at, little);
}

function fieldReader(field: DTypeField): ItemReader {
  const read = itemReader(field.type);
  if (field.shape.length === 0) return read;
  const size = field.type.itemSizeBytes;
  return (view, at) => nest(field.shape, (index) => read(view, at + index * size));
}

/** Nested lists of a shape; `item` is asked for each element, numbered in C order. */
export function nest(shape: readonly number[], item: (index: number) => Value): Value {
  let index = 0;
  const level = (dimension: number): Value => {
    if (dimension === shape.length) return item(index++);
    const list: Value[] = [];
    for (let i = 0; i < (shape[dimension] as number); i++) list.push(level(dimension + 1));
    return list;
  };
  return level(0);
}

/** Sets an own property whatever its name: `__proto__` becomes a property like any other. */
export function setOwn(record: PlainObject, name: string, value: Value): void {
  if (name === '__proto__') {
    Object.defineProperty(record, name, { value, enumerable: true, writable: true, configurable: true });
  } else record[name] = value;
}

function narrow(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

function readBytes(view: DataView, at: number, size: number, strip: boolean): Uint8Array {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, size);
  let end = size;
  if (strip) while (end > 0 && bytes[end - 1] === 0) end--;
  return new Uint8Array(bytes.subarray(0, end));
}

function readText(view: DataView, at: number, size: number, little: boolean): string {
  let end = size;
  while (end > 0 && view.getUint32(at + end - 4, little) === 0) end -= 4;
  let text = '';
  for (let i = 0; i < end; i += 4) {
    const point = view.getUint32(at + i, little);
    text += point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
  }
  return text;
}

/**
 * Writes one JavaScript value as an item: the inverse of {@link itemReader} for all but long doubles and structures.
 *
 * @throws Fault when the value does not fit the type.
 */
export function writeItem(type: DType, view: DataView, at: number, value: unknown): void {
  const little = type.littleEndian;
  const size = type.itemSizeBytes;
  switch (type.kind) {
    case 'b':
      if (typeof value !== 'boolean') throw misfit(type, value);
      view.setUint8(at, value ? 1 : 0);
      return;
    case 'i':
    case 'u':
    case 'M':
    case 'm':
      writeInteger(type, view, at, value);
      return;
    case 'f':
      writeFloat(type, size, little, view, at, numberOf(type, value));
      return;
    case 'c': {
      const [re, im] = value instanceof Complex ? [value.re, value.im] : [numberOf(type, value), 0];
      writeFloat(type, size / 2, little, view, at, re);
      writeFloat(type, size / 2, little, view, at + size / 2, im);
      return;
    }
    case 'S':
    case 'V': {
      if (!(value instanceof Uint8Array) || value.length > size) throw misfit(type, value);
      new Uint8Array(view.buffer, view.byteOffset + at, size).set(value);
      return;
    }
    case 'U': {
      const points =
        typeof value === 'string' ? Array.from(value, (c) => c.codePointAt(0) as number) : undefined;
      if (points === undefined || points.length > size / 4) throw misfit(type, value);
      for (const [i, point] of points.entries()) view.setUint32(at + 4 * i, point, little);
      return;
    }
    case 'struct':
      throw new Fault('items of a structured dtype are given as bytes');
  }
}

function writeInteger(type: DType, view: DataView, at: number, value: unknown): void {
  const integer =
    typeof value === 'bigint' ? value : Number.isSafeInteger(value) ? BigInt(value as number) : undefined;
  const bits = type.itemSizeBytes * 8;
  const signed = type.kind !== 'u';
  if (
    integer === undefined ||
    (signed ? BigInt.asIntN(bits, integer) : BigInt.asUintN(bits, integer)) !== integer
  ) {
    throw misfit(type, value);
  }
  for (let i = 0; i < type.itemSizeBytes; i++) {
    const byte = Number((integer >> BigInt(8 * i)) & 0xffn);
    view.setUint8(at + (type.littleEndian ? i : type.itemSizeBytes - 1 - i), byte);
  }
}

function writeFloat(
  type: DType,
  size: number,
  little: boolean,
  view: DataView,
  at: number,
  value: number,
): void {
  if (size === 2) view.setUint16(at, writeHalf(value), little);
  else if (size === 4) view.setFloat32(at, value, little);
  else if (size === 8) view.setFloat64(at, value, little);
  else throw new Fault(`items of dtype ${JSON.stringify(type.descriptor)} are given as bytes`);
}

function numberOf(type: DType, value: unknown): number {
  const number: unknown = typeof value === 'object' && value !== null ? value.valueOf() : value;
  if (typeof number === 'number') return number;
  if (typeof number === 'bigint') return Number(number);
  throw misfit(type, value);
}

function misfit(type: DType, value: unknown): Fault {
  const what = typeof value === 'number' || typeof value === 'bigint' ? String(value) : `a ${typeof value}`;
  return new Fault(`${what} does not fit an item of dtype ${JSON.stringify(type.descriptor)}`);
}
