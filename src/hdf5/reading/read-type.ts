import type { Item } from '../type-name.ts';
import { damaged } from './damage.ts';
import { addressAt, type FileBytes } from './file-bytes.ts';

/** The type of items in a file. */
export interface ReadType {
  readonly kind: 'int' | 'uint' | 'float' | 'bool' | 'field' | 'string';
  readonly sizeBytes: number;
  readonly isBigEndian: boolean;
}

const classes = { fixed: 0, float: 1, field: 3, enumeration: 8, variable: 9 } as const;

/** Of a datatype message. */
export function readType(body: Buffer): ReadType {
  const kind = (body[0] as number) & 0x0f;
  const flags = body[1] as number;
  const sizeBytes = body.readUInt32LE(4);
  const isBigEndian = (flags & 1) === 1;
  switch (kind) {
    case classes.fixed:
      return { kind: (flags & 8) === 0 ? 'uint' : 'int', sizeBytes, isBigEndian };
    case classes.float:
      return { kind: 'float', sizeBytes, isBigEndian };
    case classes.field:
      return { kind: 'field', sizeBytes, isBigEndian: false };
    case classes.enumeration:
      return { kind: 'bool', sizeBytes, isBigEndian: false };
    case classes.variable:
      return { kind: 'string', sizeBytes, isBigEndian: false };
    default:
      throw damaged(`a type of class ${kind} is none of ours`);
  }
}

/** Reads items, and the texts that they lead to. */
export class ItemReader {
  readonly #file: FileBytes;
  #collection:
    | { readonly address: number; readonly bytes: Buffer; readonly places: ReadonlyMap<number, number> }
    | undefined;

  constructor(file: FileBytes) {
    this.#file = file;
  }

  async items(type: ReadType, bytes: Buffer): Promise<Item[]> {
    const items: Item[] = [];
    for (let at = 0; at + type.sizeBytes <= bytes.length; at += type.sizeBytes) {
      items.push(type.kind === 'string' ? await this.#text(bytes, at) : item(type, bytes, at));
    }
    return items;
  }

  /** A text of variable length: its bytes, the collection and the number of the object there. */
  async #text(bytes: Buffer, at: number): Promise<string> {
    const sizeBytes = bytes.readUInt32LE(at);
    const address = addressAt(bytes, at + 4);
    if (sizeBytes === 0 || address === undefined || address === 0) return '';
    if (this.#collection?.address !== address) this.#collection = await this.#read(address);
    const place = this.#collection.places.get(bytes.readUInt32LE(at + 12));
    if (place === undefined || place + sizeBytes > this.#collection.bytes.length) {
      throw damaged(
        `${this.#file.path}: a text is not where it should be, in the collection at byte ${address}`,
      );
    }
    return this.#collection.bytes.toString('utf8', place, place + sizeBytes);
  }

  async #read(address: number) {
    const start = await this.#file.read(address, 16);
    if (start.toString('latin1', 0, 4) !== 'GCOL')
      throw damaged(`${this.#file.path}: no texts at byte ${address}`);
    const bytes = await this.#file.read(address, addressAt(start, 8) ?? -1);
    const places = new Map<number, number>();
    for (let at = 16; at + 16 <= bytes.length; ) {
      const number = bytes.readUInt16LE(at);
      const sizeBytes = addressAt(bytes, at + 8) ?? 0;
      if (number === 0) break;
      places.set(number, at + 16);
      at += 16 + Math.ceil(sizeBytes / 8) * 8;
    }
    return { address, bytes, places };
  }
}

/** IEEE 754: 5 bits of exponent, 10 of mantissa. */
function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  const sign = bits >= 0x8000 ? -1 : 1;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

function item({ kind, sizeBytes, isBigEndian }: ReadType, bytes: Buffer, at: number): Item {
  if (kind === 'bool') return bytes[at] !== 0;
  if (kind === 'field') {
    const end = bytes.indexOf(0, at);
    return bytes.toString('utf8', at, end < 0 ? at + sizeBytes : Math.min(end, at + sizeBytes));
  }
  const own = Buffer.from(bytes.subarray(at, at + sizeBytes));
  if (isBigEndian) own.reverse();
  if (kind === 'float') {
    if (sizeBytes === 8) return own.readDoubleLE(0);
    if (sizeBytes === 4) return own.readFloatLE(0);
    return halfFloat(own.readUInt16LE(0));
  }
  if (sizeBytes === 8) return kind === 'int' ? own.readBigInt64LE(0) : own.readBigUInt64LE(0);
  return kind === 'int' ? own.readIntLE(0, sizeBytes) : own.readUIntLE(0, sizeBytes);
}
