import { arrayParameters } from './array-geometry.ts';
import { ascii, highestBit, joined, putAll, putU16, u8, u16, u32, u64, undefinedAddress } from './bytes.ts';

/** Messages of object headers, each with its prefix: type, size of the body, flags. */
const type = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  fillValue: 0x05,
  link: 0x06,
  layout: 0x08,
  groupInfo: 0x0a,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  attributeInfo: 0x15,
  linkCount: 0x16,
} as const;

export const prefixBytes = 4;
export const continuationBytes = prefixBytes + 16;
/** What the size of a body, an unsigned 16-bit integer, allows. */
export const mostBodyBytes = 65535;

const isConstant = 0x01;

function message(kind: number, flags: number, ...body: readonly Uint8Array[]): Uint8Array {
  let bodyBytes = 0;
  for (const part of body) bodyBytes += part.length;
  const bytes = new Uint8Array(prefixBytes + bodyBytes);
  bytes[0] = kind;
  putU16(bytes, 1, bodyBytes);
  bytes[3] = flags;
  putAll(bytes, prefixBytes, body);
  return bytes;
}

/** Of one item, when there are no sizes. */
export function dataspace(sizes: readonly number[]): Uint8Array {
  const kind = sizes.length === 0 ? 0 : 1;
  return joined(u8(2, sizes.length, 0, kind), ...sizes.map(u64));
}

export function fixedDataspaceMessage(sizes: readonly number[]): Uint8Array {
  return message(type.dataspace, 0, dataspace(sizes));
}

/** Where, in a {@link growingDataspaceMessage}, the number of rows stands. */
export const rowsAt = prefixBytes + 4;

/** Rows without limit, of a fixed shape. */
export function growingDataspaceMessage(rowShape: readonly number[]): Uint8Array {
  const sizes = [0, ...rowShape];
  const limits = [undefinedAddress, ...rowShape];
  return message(type.dataspace, 0, u8(2, sizes.length, 1, 1), ...sizes.map(u64), ...limits.map(u64));
}

export function datatypeMessage(datatype: Uint8Array): Uint8Array {
  return message(type.datatype, isConstant, datatype);
}

/** Space as it is needed, filled when a value was given; `value` is an item of the dataset. */
export function fillValueMessage(value: Uint8Array | undefined): Uint8Array {
  if (value === undefined) return zeroFill;
  return message(type.fillValue, isConstant, u8(3, 0x2b), u32(value.length), value);
}

/** Chunks in an extensible array; `chunkShape` is in items. */
export function chunkedLayoutMessage(
  chunkShape: readonly number[],
  itemBytes: number,
  arrayAddress: number,
): Uint8Array {
  const sizes = [...chunkShape, itemBytes];
  const width = Math.max(...sizes.map((size) => Math.floor((highestBit(size) + 8) / 8)));
  const { maxIndexBits, indexBlockElements, minDataBlockPointers, minDataBlockElements, pageBits } =
    arrayParameters;
  const [version, chunked, chunkFlags, extensibleArray] = [4, 2, 0, 4];
  return message(
    type.layout,
    0,
    u8(version, chunked, chunkFlags, sizes.length, width),
    ...sizes.map((size) => u64(size).subarray(0, width)),
    u8(
      extensibleArray,
      maxIndexBits,
      indexBlockElements,
      minDataBlockPointers,
      minDataBlockElements,
      pageBits,
    ),
    u64(arrayAddress),
  );
}

export function contiguousLayoutMessage(address: number, sizeBytes: number): Uint8Array {
  const [version, contiguous] = [4, 1];
  return message(type.layout, 0, u8(version, contiguous), u64(address), u64(sizeBytes));
}

export interface FilterCode {
  readonly id: number;
  readonly name: string;
  readonly values: readonly number[];
}

/** One mandatory filter. Those that HDF5 does not know itself bring their name along. */
export function filterMessage({ id, name, values }: FilterCode): Uint8Array {
  const nameBytes = id < 256 ? new Uint8Array(0) : ascii(`${name}\0`);
  const nameLength = id < 256 ? nameBytes : u16(nameBytes.length);
  const [version, count, flags] = [2, 1, 0];
  return message(
    type.filters,
    isConstant,
    u8(version, count),
    u16(id),
    nameLength,
    u16(flags),
    u16(values.length),
    nameBytes,
    ...values.map(u32),
  );
}

/** Needed where there are attributes: without it libhdf5 counts none. */
export function attributeInfoMessage(): Uint8Array {
  return attributeInfo;
}

/** Those that are the same for all objects, made once for thousands of them. */
const zeroFill = message(type.fillValue, isConstant, u8(3, 0x0b));
const attributeInfo = message(type.attributeInfo, 0, u8(0, 0), u64(undefinedAddress), u64(undefinedAddress));

const utf8 = 1;

/** The data stands at the end. */
export function attributeMessage(
  name: Uint8Array,
  datatype: Uint8Array,
  space: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  const lengths = joined(u16(name.length + 1), u16(datatype.length), u16(space.length));
  return message(type.attribute, 0, u8(3, 0), lengths, u8(utf8), name, u8(0), datatype, space, data);
}

/** What {@link attributeMessage} adds to its parts. */
export const attributeOverheadBytes = 10;

/** How many links lead to the object; without it there is one. */
export function linkCountMessage(count: number): Uint8Array {
  return message(type.linkCount, 0, u8(0), u32(count));
}

/** Makes the object a group, whose links stand in its header. */
export function linkInfoMessage(): Uint8Array {
  return message(type.linkInfo, 0, u8(0, 0), u64(undefinedAddress), u64(undefinedAddress));
}

export function groupInfoMessage(): Uint8Array {
  return message(type.groupInfo, isConstant, u8(0, 0));
}

/** A hard link. As libhdf5 does, only a name beyond ASCII says that it is UTF-8. */
export function linkMessage(name: Uint8Array, address: number): Uint8Array {
  const isAscii = name.every((byte) => byte < 0x80);
  const isLong = name.length > 255;
  return message(
    type.link,
    0,
    u8(1, (isLong ? 0x01 : 0) | (isAscii ? 0 : 0x10)),
    isAscii ? u8() : u8(utf8),
    isLong ? u16(name.length) : u8(name.length),
    name,
    u64(address),
  );
}

/** Leads to a further block; up to three bytes of `padding` are ignored. */
export function continuationMessage(address: number, sizeBytes: number, padding: number): Uint8Array {
  return message(type.continuation, 0, u64(address), u64(sizeBytes), new Uint8Array(padding));
}

/** Puts a message that is room for others to come, in bytes that are zero. */
export function putNilMessage(bytes: Uint8Array, at: number, sizeBytes: number): void {
  putU16(bytes, at + 1, sizeBytes - prefixBytes);
}
