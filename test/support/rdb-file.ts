/** Builds RDB files byte by byte, for what no server at hand writes any more, and for damage of every kind. */
import { Crc64 } from '../../src/store/rdb/crc64.ts';

export type Bytes = Uint8Array | number | string;

/** One row of bytes: numbers are single bytes, text is latin-1. */
export function row(...parts: readonly Bytes[]): Uint8Array {
  return Uint8Array.from(
    Buffer.concat(
      parts.map((part) =>
        typeof part === 'number'
          ? Uint8Array.of(part)
          : typeof part === 'string'
            ? Buffer.from(part, 'latin1')
            : part,
      ),
    ),
  );
}

export function length(count: number): Uint8Array {
  if (count < 64) return row(count);
  if (count < 16384) return row(0x40 | (count >> 8), count & 0xff);
  const bytes = Buffer.alloc(5, 0x80);
  bytes.writeUInt32BE(count, 1);
  return Uint8Array.from(bytes);
}

export function text(content: Bytes): Uint8Array {
  const bytes = row(content);
  return row(length(bytes.length), bytes);
}

export function integer(value: number | bigint, size: 2 | 4 | 8): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return Uint8Array.from(bytes.subarray(0, size));
}

/** A listpack of elements that are each already a head and data, as {@link listpackText} makes them. */
export function listpack(...elements: readonly Uint8Array[]): Uint8Array {
  const body = row(...elements.map((element) => row(element, element.length)));
  return row(integer(body.length + 7, 4), integer(elements.length, 2), body, 0xff);
}

export function listpackText(content: string): Uint8Array {
  return row(0x80 + content.length, content);
}

/** A ziplist of entries that are each already a head and data. */
export function ziplist(...entries: readonly Uint8Array[]): Uint8Array {
  let before = 0;
  let tail = 10;
  let at = 10;
  const body = entries.map((entry) => {
    const whole = row(before < 254 ? before : row(0xfe, integer(before, 4)), entry);
    tail = at;
    at += whole.length;
    before = whole.length;
    return whole;
  });
  return row(integer(at + 1, 4), integer(tail, 4), integer(entries.length, 2), ...body, 0xff);
}

export function ziplistText(content: string): Uint8Array {
  return content.length < 64 ? row(content.length, content) : row(0x40, content.length, content);
}

/** A key of one type with its value. */
export function key(type: number, name: string, ...value: readonly Bytes[]): Uint8Array {
  return row(type, text(name), ...value);
}

/** A whole file with its checksum. */
export function rdbFile(version: number, ...content: readonly Bytes[]): Uint8Array {
  const body = row(`REDIS${String(version).padStart(4, '0')}`, ...content, 0xff);
  if (version < 5) return body;
  const crc = new Crc64();
  crc.update(body, 0, body.length);
  const checksum = new DataView(new ArrayBuffer(8));
  checksum.setUint32(0, crc.low, true);
  checksum.setUint32(4, crc.high, true);
  return row(body, new Uint8Array(checksum.buffer));
}
