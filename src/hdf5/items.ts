import { halfFloatBits } from './half-float.ts';
import type { ItemType, NumberKind } from './item-type.ts';
import { refusal } from './refusal.ts';
import type { TextHeap } from './text-heap.ts';
import type { Item, Items, NumberArray } from './type-name.ts';

const isLittleEndianHost = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The typed arrays that hold items of a kind. */
const arraysOf: Partial<Record<ItemType['kind'], readonly string[]>> = {
  int8: ['Int8Array'],
  uint8: ['Uint8Array', 'Uint8ClampedArray'],
  int16: ['Int16Array'],
  uint16: ['Uint16Array'],
  int32: ['Int32Array'],
  uint32: ['Uint32Array'],
  int64: ['BigInt64Array'],
  uint64: ['BigUint64Array'],
  float16: ['Float16Array'],
  float32: ['Float32Array'],
  float64: ['Float64Array'],
  bool: ['Uint8Array'],
};

type Put = (view: DataView, at: number, value: Item, isLittle: boolean) => void;

const puts: Record<NumberKind, Put> = {
  int8: (view, at, value) => view.setInt8(at, Number(value)),
  uint8: (view, at, value) => view.setUint8(at, Number(value)),
  int16: (view, at, value, isLittle) => view.setInt16(at, Number(value), isLittle),
  uint16: (view, at, value, isLittle) => view.setUint16(at, Number(value), isLittle),
  int32: (view, at, value, isLittle) => view.setInt32(at, Number(value), isLittle),
  uint32: (view, at, value, isLittle) => view.setUint32(at, Number(value), isLittle),
  int64: (view, at, value, isLittle) => view.setBigInt64(at, BigInt(value), isLittle),
  uint64: (view, at, value, isLittle) => view.setBigUint64(at, BigInt(value), isLittle),
  float16: (view, at, value, isLittle) => view.setUint16(at, halfFloatBits(Number(value)), isLittle),
  float32: (view, at, value, isLittle) => view.setFloat32(at, Number(value), isLittle),
  float64: (view, at, value, isLittle) => view.setFloat64(at, Number(value), isLittle),
};

export function isTypedArray(items: Items): items is NumberArray {
  return ArrayBuffer.isView(items);
}

export function countOf(items: Items): number {
  return typeof items === 'object' ? items.length : 1;
}

/** Turns items into the bytes of one type. */
export class ItemEncoder {
  readonly type: ItemType;
  readonly #heap: TextHeap;
  readonly #place: string;
  readonly #put: Put | undefined;
  readonly #range: readonly [bigint, bigint] | undefined;
  readonly #isSwapped: boolean;

  /** @param place what has the items, as messages name it */
  constructor(type: ItemType, heap: TextHeap, place: string) {
    this.type = type;
    this.#heap = heap;
    this.#place = place;
    this.#put = type.kind in puts ? puts[type.kind as NumberKind] : undefined;
    this.#range = rangeOf(type);
    this.#isSwapped =
      type.sizeBytes > 1 && this.#put !== undefined && type.isBigEndian === isLittleEndianHost;
  }

  /** @throws ALI_HDF5_REFUSED when any of the items is not of the type */
  check(items: Items): void {
    if (isTypedArray(items)) this.#checkArray(items);
    else if (typeof items !== 'object') this.#checkItem(items);
    else for (const item of items) this.#checkItem(item);
  }

  /** Puts checked items, `count` from number `first` on, at `at` of `target`. `view` is over the same bytes. */
  put(items: Items, first: number, count: number, target: Uint8Array, view: DataView, at: number): void {
    const { sizeBytes } = this.type;
    if (isTypedArray(items)) {
      const bytes = new Uint8Array(items.buffer, items.byteOffset + first * sizeBytes, count * sizeBytes);
      target.set(bytes, at);
      if (this.#isSwapped) swap(target.subarray(at, at + bytes.length), sizeBytes);
    } else if (typeof items !== 'object') {
      this.#putItem(items, target, view, at);
    } else {
      for (let i = 0; i < count; i++)
        this.#putItem(items[first + i] as Item, target, view, at + i * sizeBytes);
    }
  }

  /** All of `items`, which are checked, as bytes of their own. */
  encode(items: Items): Uint8Array {
    const bytes = new Uint8Array(countOf(items) * this.type.sizeBytes);
    this.put(items, 0, countOf(items), bytes, new DataView(bytes.buffer), 0);
    return bytes;
  }

  #putItem(item: Item, target: Uint8Array, view: DataView, at: number): void {
    if (this.#put !== undefined) this.#put(view, at, item, !this.type.isBigEndian);
    else if (this.type.kind === 'bool') target[at] = item ? 1 : 0;
    else if (this.type.kind === 'string') this.#heap.add(Buffer.from(item as string), target, at);
    else {
      target.fill(0, at, at + this.type.sizeBytes);
      target.set(Buffer.from(item as string), at);
    }
  }

  #checkArray(items: NumberArray): void {
    const expected = arraysOf[this.type.kind];
    if (!expected?.includes(items[Symbol.toStringTag])) {
      throw refusal(
        `${this.#place}: ${this.type.label} takes ${expected === undefined ? 'strings' : expected[0]}, not ${items[Symbol.toStringTag]}`,
      );
    }
    if (this.type.kind === 'bool' && (items as Uint8Array).some((value) => value > 1)) {
      throw refusal(`${this.#place}: a bool is 0 or 1`);
    }
  }

  #checkItem(item: Item): void {
    const { kind, label } = this.type;
    if (this.#range !== undefined) {
      const isInteger = typeof item === 'bigint' || (typeof item === 'number' && Number.isInteger(item));
      if (!isInteger || item < this.#range[0] || item > this.#range[1]) throw this.#wrong(item);
    } else if (kind === 'bool') {
      if (typeof item !== 'boolean') throw this.#wrong(item);
    } else if (this.#put !== undefined) {
      if (typeof item !== 'number') throw this.#wrong(item);
    } else {
      if (typeof item !== 'string') throw this.#wrong(item);
      if (item.includes('\0'))
        throw refusal(`${this.#place}: a text has a NUL character, where readers would end it`);
      if (!item.isWellFormed()) throw refusal(`${this.#place}: a text has half a surrogate pair`);
      if (kind === 'field' && Buffer.byteLength(item) > this.type.sizeBytes) {
        throw refusal(`${this.#place}: a text of ${Buffer.byteLength(item)} bytes does not fit in ${label}`);
      }
    }
  }

  #wrong(item: Item): Error {
    const shown = typeof item === 'string' ? JSON.stringify(item.slice(0, 40)) : String(item);
    const range = this.#range === undefined ? '' : ` (${this.#range[0]} to ${this.#range[1]})`;
    return refusal(`${this.#place}: ${shown} is no ${this.type.label}${range}`);
  }
}

function rangeOf({ kind, sizeBytes }: ItemType): readonly [bigint, bigint] | undefined {
  const bits = BigInt(8 * sizeBytes);
  if (kind.startsWith('uint')) return [0n, (1n << bits) - 1n];
  if (kind.startsWith('int')) return [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n];
  return undefined;
}

function swap(bytes: Uint8Array, sizeBytes: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (sizeBytes === 2) buffer.swap16();
  else if (sizeBytes === 4) buffer.swap32();
  else buffer.swap64();
}
