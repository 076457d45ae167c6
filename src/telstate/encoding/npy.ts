import { strRepr } from '../../shared/python-text.ts';
import { type Descriptor, type DType, parseDType } from './dtype.ts';
import { Fault } from './fault.ts';
import { type Literal, parseLiteral } from './literal.ts';
import { countItems } from './shape.ts';
import { Tuple } from './tuple.ts';

/**
 * The longest header that is read. NumPy stops at 10 000 bytes, because its parser can be made to crash; ours is
 * linear, and NumPy itself writes longer ones for types of some hundred fields.
 */
const maxHeaderBytes = 1024 * 1024;

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;
const alignment = 64;
const growthDigits = 21;
const maxCached = 256;
const maxCachedHeaderBytes = 512;

const written = new Map<string, Uint8Array>();
const parsed = new Map<string, NpyHeader>();
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What a `.npy` header says. */
export interface NpyHeader {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly fortranOrder: boolean;
  /** Bytes from the magic to the first item. */
  readonly lengthBytes: number;
  readonly dataBytes: number;
}

/**
 * The magic and header before the items of an array, byte for byte as NumPy since 1.23.2 writes them (format: NumPy
 * enhancement proposal 1). The result is shared between calls: do not change it.
 */
export function npyHeader(
  descriptor: Descriptor,
  shape: readonly number[],
  fortranOrder: boolean,
): Uint8Array {
  if (typeof descriptor !== 'string') return makeHeader(descriptor, shape, fortranOrder);
  const key = `${descriptor} ${fortranOrder ? 'F' : 'C'} ${shape.join(',')}`;
  let header = written.get(key);
  if (header === undefined) {
    header = makeHeader(descriptor, shape, fortranOrder);
    if (written.size >= maxCached) written.clear();
    written.set(key, header);
  }
  return header;
}

function makeHeader(descriptor: Descriptor, shape: readonly number[], fortranOrder: boolean): Uint8Array {
  let text =
    `{'descr': ${descriptorRepr(descriptor)}, 'fortran_order': ${fortranOrder ? 'True' : 'False'}, ` +
    `'shape': ${tupleRepr(shape)}, }`;
  const growing = fortranOrder ? shape.at(-1) : shape[0];
  if (growing !== undefined) text += ' '.repeat(Math.max(growthDigits - String(growing).length, 0));
  const latin1 = !/[^\0-\xff]/.test(text);
  const body = Buffer.from(text, latin1 ? 'latin1' : 'utf8');
  const short = latin1 && body.length + 1 + padding(10, body.length) <= 0xffff;
  const start = short ? 10 : 12;
  const end = start + body.length + padding(start, body.length);
  const header = new Uint8Array(end + 1).fill(32);
  header.set(magic);
  header.set([short ? 1 : latin1 ? 2 : 3, 0], 6);
  const view = new DataView(header.buffer);
  if (short) view.setUint16(8, end + 1 - start, true);
  else view.setUint32(8, end + 1 - start, true);
  header.set(body, start);
  header[end] = 10;
  return header;
}

/** Spaces before the newline: 1 to 64, so that the items begin at a multiple of 64. */
function padding(start: number, bodyBytes: number): number {
  return alignment - ((start + bodyBytes + 1) % alignment);
}

function tupleRepr(items: readonly number[]): string {
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
}

function descriptorRepr(descriptor: Descriptor): string {
  if (typeof descriptor === 'string') return strRepr(descriptor);
  const fields = descriptor.map(([label, type, shape]) => {
    const name = typeof label === 'string' ? strRepr(label) : `(${strRepr(label[0])}, ${strRepr(label[1])})`;
    return `(${name}, ${descriptorRepr(type)}${shape === undefined ? '' : `, ${tupleRepr(shape)}`})`;
  });
  return `[${fields.join(', ')}]`;
}

/**
 * Reads the header of a `.npy` file that fills `bytes`, versions 1 to 3; bytes after the items are ignored.
 *
 * @throws Fault when it is not one, is truncated, or holds Python objects.
 */
export function parseNpyHeader(bytes: Uint8Array): NpyHeader {
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte)) {
    throw new Fault('an array does not begin as a .npy file does');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6] as number;
  if (version < 1 || version > 3 || bytes[7] !== 0) throw new Fault('an array has an unknown .npy version');
  if (version > 1 && bytes.length < 12) throw new Fault('an array is cut off in its header');
  const start = version === 1 ? 10 : 12;
  const textBytes = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (textBytes > maxHeaderBytes)
    throw new Fault(`an array has a header of more than ${maxHeaderBytes} bytes`);
  if (textBytes > bytes.length - start) throw new Fault('an array is cut off in its header');
  const header = cachedHeader(bytes, version, start, textBytes);
  if (header.dataBytes > bytes.length - header.lengthBytes) {
    throw new Fault(
      `an array is cut off: ${header.dataBytes} bytes expected, ${bytes.length - header.lengthBytes} found`,
    );
  }
  return header;
}

function cachedHeader(bytes: Uint8Array, version: number, start: number, textBytes: number): NpyHeader {
  const lengthBytes = start + textBytes;
  if (lengthBytes > maxCachedHeaderBytes) return readHeader(bytes, version, start, lengthBytes);
  const key = Buffer.from(bytes.buffer, bytes.byteOffset + 6, lengthBytes - 6).toString('latin1');
  let header = parsed.get(key);
  if (header === undefined) {
    header = readHeader(bytes, version, start, lengthBytes);
    if (parsed.size >= maxCached) parsed.clear();
    parsed.set(key, header);
  }
  return header;
}

function readHeader(bytes: Uint8Array, version: number, start: number, lengthBytes: number): NpyHeader {
  const dict = parseLiteral(headerText(bytes.subarray(start, lengthBytes), version), {
    longSuffix: version < 3,
  });
  if (!(dict instanceof Map) || dict.size !== 3) {
    throw new Fault('the header of an array is not a dict of descr, fortran_order and shape');
  }
  const shape = dict.get('shape');
  const fortranOrder = dict.get('fortran_order');
  const descr = dict.get('descr');
  if (!(shape instanceof Tuple)) throw new Fault('the shape of an array is not a tuple');
  if (typeof fortranOrder !== 'boolean') throw new Fault('fortran_order of an array is not a bool');
  if (descr === undefined) throw new Fault('the header of an array has no descr');
  const dtype = parseDType(fromPython(descr));
  const dimensions = Object.freeze(shape.items as readonly number[]);
  const dataBytes = countItems(dimensions, dtype.itemSizeBytes) * dtype.itemSizeBytes;
  return { dtype, shape: dimensions, fortranOrder, lengthBytes, dataBytes };
}

function headerText(bytes: Uint8Array, version: number): string {
  if (version < 3) return Buffer.from(bytes).toString('latin1');
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Fault('the header of an array is not UTF-8');
  }
}

/** A descriptor as Python holds it (lists of tuples) in the form {@link parseDType} takes. */
export function fromPython(descr: Literal | unknown): unknown {
  if (!Array.isArray(descr)) return descr;
  return descr.map((field: unknown) => {
    if (!(field instanceof Tuple)) throw new Fault('a field of a structured dtype is not a tuple');
    const [label, type, shape] = field.items as readonly unknown[];
    const parts = [label instanceof Tuple ? label.items : label, fromPython(type)];
    if (field.length > 2) parts.push(shape instanceof Tuple ? shape.items : shape);
    return field.length > 3 ? [...parts, null] : parts;
  });
}
