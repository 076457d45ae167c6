import { ascii, joined, u8, u16, u32, u64, undefinedAddress } from '../bytes.ts';
import { type ItemType, itemType } from '../item-type.ts';
import { refusal } from '../refusal.ts';

/** A message of an object header, version 1. */
export interface Message {
  readonly type: number;
  readonly body: Uint8Array;
}

/** What the size of a message, an unsigned 16-bit integer and a multiple of 8, allows. */
const mostBodyBytes = 65_528;

/** Where, in an {@link objectHeader}, the number of links that lead to the object stands. */
export const linksAt = 4;

/** Everything of this form begins at a multiple of 8 bytes. */
export function aligned(sizeBytes: number): number {
  return Math.ceil(sizeBytes / 8) * 8;
}

export function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 8 === 0) return bytes;
  const result = new Uint8Array(aligned(bytes.length));
  result.set(bytes);
  return result;
}

/** @throws ALI_HDF5_REFUSED when a message is too long */
export function objectHeader(path: string, messages: readonly Message[]): Uint8Array {
  const parts = messages.map(({ type, body }) => {
    if (body.length > mostBodyBytes) throw refusal(`${path}: an attribute is larger than 64 kB`);
    const content = padded(body);
    return joined(u16(type), u16(content.length), u32(0), content);
  });
  const content = joined(...parts);
  const [version, links] = [1, 1];
  return joined(u8(version, 0), u16(messages.length), u32(links), u32(content.length), u32(0), content);
}

export function dataspaceMessage(shape: readonly number[]): Message {
  return { type: 0x01, body: dataspace(shape) };
}

export function datatypeMessage(type: ItemType): Message {
  return { type: 0x03, body: datatype(type) };
}

/** Zeros, and space that is taken when it is needed. */
export function fillValueMessage(): Message {
  const [version, late, ifSet, isDefined] = [2, 2, 2, 1];
  return { type: 0x05, body: joined(u8(version, late, ifSet, isDefined), u32(0)) };
}

/** One piece; nowhere where there is nothing. */
export function contiguousMessage(address: number, sizeBytes: number): Message {
  const [version, contiguous] = [3, 1];
  const start = sizeBytes === 0 ? undefinedAddress : address;
  return { type: 0x08, body: joined(u8(version, contiguous), u64(start), u64(sizeBytes)) };
}

export function symbolTableMessage(treeAddress: number, heapAddress: number): Message {
  return { type: 0x11, body: joined(u64(treeAddress), u64(heapAddress)) };
}

/** Texts stand in fields, as long as the longest: no heap is needed. */
export function attributeMessage(
  name: Uint8Array,
  items: readonly (string | number | bigint | boolean)[],
): Message {
  const isList = items.length !== 1;
  const texts = items.map((item) => Buffer.from(String(item)));
  const [first] = items;
  const isNumber = typeof first === 'bigint' || typeof first === 'number';
  const type = isNumber
    ? itemType(typeof first === 'bigint' ? 'int64' : 'float64')
    : itemType({ string: Math.max(1, ...texts.map(({ length }) => length)) });
  const data = Buffer.alloc(items.length * type.sizeBytes);
  for (const [i, item] of items.entries()) {
    if (typeof item === 'bigint') data.writeBigInt64LE(BigInt.asIntN(64, item), 8 * i);
    else if (typeof item === 'number') data.writeDoubleLE(item, 8 * i);
    else (texts[i] as Buffer).copy(data, i * type.sizeBytes);
  }
  const [typeBytes, space] = [datatype(type), dataspace(isList ? [items.length] : [])];
  const version = 1;
  const sizes = [name.length + 1, typeBytes.length, space.length].map(u16);
  const parts = [joined(name, u8(0)), typeBytes, space].map(padded);
  return { type: 0x0c, body: joined(u8(version, 0), ...sizes, ...parts, data) };
}

function dataspace(shape: readonly number[]): Uint8Array {
  const version = 1;
  return joined(u8(version, shape.length, 0, 0), u32(0), ...shape.map(u64));
}

/** Numbers and texts are of version 1 everywhere; the enumeration of truth values has names padded to 8 bytes in it. */
function datatype({ kind, datatype: usual }: ItemType): Uint8Array {
  if (kind !== 'bool') return usual;
  const [versionAndClass, members] = [0x18, 2];
  const names = [ascii('FALSE\0'), ascii('TRUE\0')].map(padded);
  return joined(u8(versionAndClass, members, 0, 0), u32(1), itemType('int8').datatype, ...names, u8(0, 1));
}
