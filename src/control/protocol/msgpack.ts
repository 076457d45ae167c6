import { AlidadeError } from '../../shared/errors.ts';
import { type ExactValue, Float } from '../../shared/exact-value.ts';
import { maxDepth } from '../../shared/read-json.ts';
import { entriesOf, nameOf } from './write-json.ts';

/**
 * MessagePack as v1 has it (msgpack-python 0.4): texts are "raw" without a type of their own for bytes, and are never
 * written with the later `str8`.
 *
 * @throws ALI_DECODE when the bytes are not one such value
 */
export function readMsgpack(bytes: Uint8Array): ExactValue {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  reader.end();
  return value;
}

/** @throws ALI_ENCODE when the value cannot be written */
export function writeMsgpack(value: unknown): Uint8Array {
  const parts: Buffer[] = [];
  write(value, parts, 0);
  return Buffer.concat(parts);
}

const fault = (text: string) => new AlidadeError('ALI_DECODE', `the body is not MessagePack: ${text}`);

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  end(): void {
    if (this.#at < this.#bytes.length) throw fault(`${this.#bytes.length - this.#at} bytes too many`);
  }

  value(depth: number): ExactValue {
    if (depth > maxDepth) throw fault(`it nests deeper than ${maxDepth} levels`);
    const tag = this.#uint(1);
    if (tag < 0x80) return tag;
    if (tag < 0x90) return this.#map(tag & 0x0f, depth);
    if (tag < 0xa0) return this.#list(tag & 0x0f, depth);
    if (tag < 0xc0) return this.#text(tag & 0x1f);
    if (tag >= 0xe0) return tag - 256;
    switch (tag) {
      case 0xc0:
        return null;
      case 0xc2:
      case 0xc3:
        return tag === 0xc3;
      case 0xc4:
      case 0xd9:
        return this.#text(this.#uint(1));
      case 0xc5:
      case 0xda:
        return this.#text(this.#uint(2));
      case 0xc6:
      case 0xdb:
        return this.#text(this.#uint(4));
      case 0xca:
        return new Float(this.#take(4).readFloatBE());
      case 0xcb:
        return new Float(this.#take(8).readDoubleBE());
      case 0xcc:
        return this.#uint(1);
      case 0xcd:
        return this.#uint(2);
      case 0xce:
        return this.#uint(4);
      case 0xcf:
        return safe(this.#take(8).readBigUInt64BE());
      case 0xd0:
        return this.#take(1).readInt8();
      case 0xd1:
        return this.#take(2).readInt16BE();
      case 0xd2:
        return this.#take(4).readInt32BE();
      case 0xd3:
        return safe(this.#take(8).readBigInt64BE());
      case 0xdc:
        return this.#list(this.#uint(2), depth);
      case 0xdd:
        return this.#list(this.#uint(4), depth);
      case 0xde:
        return this.#map(this.#uint(2), depth);
      case 0xdf:
        return this.#map(this.#uint(4), depth);
      default:
        throw fault(`unknown type 0x${tag.toString(16)}`);
    }
  }

  #list(length: number, depth: number): ExactValue[] {
    const list: ExactValue[] = [];
    // Each item takes a byte at least, so a wrong length runs into the end before it fills the memory.
    for (let i = 0; i < length; i += 1) list.push(this.value(depth + 1));
    return list;
  }

  #map(length: number, depth: number): ReadonlyMap<string, ExactValue> {
    const map = new Map<string, ExactValue>();
    for (let i = 0; i < length; i += 1) {
      const key = this.value(depth + 1);
      if (typeof key !== 'string') throw fault('a key is no text');
      map.set(key, this.value(depth + 1));
    }
    return map;
  }

  #text(length: number): string {
    return this.#take(length).toString('utf8');
  }

  #uint(length: 1 | 2 | 4): number {
    return this.#take(length).readUIntBE(0, length);
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw fault('it ends too early');
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }
}

function safe(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function write(value: unknown, out: Buffer[], depth: number): void {
  if (depth > maxDepth)
    throw new AlidadeError('ALI_ENCODE', `the value nests deeper than ${maxDepth} levels`);
  if (value === null) out.push(Buffer.of(0xc0));
  else if (typeof value === 'boolean') out.push(Buffer.of(value ? 0xc3 : 0xc2));
  else if (typeof value === 'string') {
    const text = Buffer.from(value, 'utf8');
    out.push(head(text.length, [0xa0, 32], 0xda, 0xdb), text);
  } else if (value instanceof Float) writeFloat(value.value, out);
  else if (typeof value === 'bigint') writeInteger(value, out);
  else if (typeof value === 'number') {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) writeInteger(BigInt(value), out);
    else writeFloat(value, out);
  } else if (Array.isArray(value)) {
    out.push(head(value.length, [0x90, 16], 0xdc, 0xdd));
    for (const item of value) write(item, out, depth + 1);
  } else if (typeof value === 'object') {
    const entries = entriesOf(value);
    out.push(head(entries.length, [0x80, 16], 0xde, 0xdf));
    for (const [key, item] of entries) {
      write(key, out, depth + 1);
      write(item, out, depth + 1);
    }
  } else throw new AlidadeError('ALI_ENCODE', `${nameOf(value)} cannot be put into a message`);
}

function writeFloat(value: number, out: Buffer[]): void {
  if (!Number.isFinite(value)) {
    out.push(Buffer.of(0xc0));
    return;
  }
  const bytes = Buffer.alloc(9, 0xcb);
  bytes.writeDoubleBE(value, 1);
  out.push(bytes);
}

function writeInteger(value: bigint, out: Buffer[]): void {
  const number = Number(value);
  if (number >= 0 && number < 0x80) out.push(Buffer.of(number));
  else if (number < 0 && number >= -32) out.push(Buffer.of(256 + number));
  else if (value >= 0n && value < 1n << 32n) out.push(head(number, undefined, 0xcd, 0xce, 0xcc));
  else if (value < 0n && value >= -(1n << 31n)) out.push(signed(number));
  else if (value >= -(1n << 63n) && value < 1n << 64n) {
    const bytes = Buffer.alloc(9, value < 0n ? 0xd3 : 0xcf);
    if (value < 0n) bytes.writeBigInt64BE(value, 1);
    else bytes.writeBigUInt64BE(value, 1);
    out.push(bytes);
  } else throw new AlidadeError('ALI_ENCODE', `${value} does not fit into the 64 bits of MessagePack`);
}

function signed(value: number): Buffer {
  const size = value >= -0x80 ? 1 : value >= -0x8000 ? 2 : 4;
  const bytes = Buffer.alloc(1 + size, size === 1 ? 0xd0 : size === 2 ? 0xd1 : 0xd2);
  bytes.writeIntBE(value, 1, size);
  return bytes;
}

/** A tag and the number after it, in the shortest form of those there are. */
function head(
  value: number,
  short: readonly [number, number] | undefined,
  tag16: number,
  tag32: number,
  tag8?: number,
): Buffer {
  if (short !== undefined && value < short[1]) return Buffer.of(short[0] | value);
  const size = tag8 !== undefined && value < 0x100 ? 1 : value < 0x10000 ? 2 : 4;
  const tag = size === 1 ? tag8 : size === 2 ? tag16 : tag32;
  const bytes = Buffer.alloc(1 + size, tag);
  bytes.writeUIntBE(value, 1, size);
  return bytes;
}
