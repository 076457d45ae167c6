import { EncodeError } from '../errors.ts';
import { Complex } from './complex.ts';
import type { Descriptor } from './dtype.ts';
import { Float } from './float.ts';
import { MsgpackTimestamp } from './msgpack-timestamp.ts';
import { NdArray } from './nd-array.ts';
import { NpScalar } from './np-scalar.ts';
import { npyHeader } from './npy.ts';
import { Output } from './output.ts';
import { Refusal, refusalOf } from './refusal.ts';
import { Tuple } from './tuple.ts';
import { type TypedArray, typedArrayDescriptor } from './typed-arrays.ts';
import { extension, isUnhashable, maxCompounds, maxDepth, maxTupleDepth, msgpackHeader } from './wire.ts';

const maxInteger = 2n ** 64n - 1n;
const minInteger = -(2n ** 63n);
/** Longest list, dict, text or array MessagePack can count. */
const maxCount = 2 ** 32 - 1;

/**
 * The bytes a value is stored as: 0xFF and MessagePack with the extensions of telescope state, as the reference writes
 * them. Dicts keep the order of their keys.
 *
 * | value | stored as |
 * |---|---|
 * | integer-valued number up to 2^53 - 1, bigint of -2^63 to 2^64 - 1 | int |
 * | other numbers (with fraction, -0, NaN, infinite, beyond 2^53 - 1), `Float` | float64 |
 * | text; `Uint8Array`, `ArrayBuffer` | str; bytes |
 * | array, `Tuple` | list, tuple |
 * | plain object, `Map` | dict |
 * | other typed arrays, `NdArray` | NumPy array |
 * | `Complex`, `NpScalar`, null, boolean | their namesakes |
 *
 * @throws EncodeError naming the type and its place (`value.a[3]`) on everything else: undefined, functions, symbols,
 * class instances, cycles, lone surrogates, more than 1024 levels, 128 tuples in each other, or 2 million compound values.
 * @example encodeValue({ dish: 'm062', gains: new Float32Array(4) })
 */
export function encodeValue(value: unknown): Uint8Array {
  // A getter of the value may itself encode: then the shared encoder is taken.
  const encoder = shared.busy ? new Encoder() : shared;
  return encoder.encode(value);
}

class Encoder {
  busy = false;
  private readonly out = new Output();
  private depth = 0;
  private tupleDepth = 0;
  private compounds = 0;

  encode(value: unknown): Uint8Array {
    this.busy = true;
    this.depth = 0;
    this.tupleDepth = 0;
    this.compounds = 0;
    this.out.length = 0;
    try {
      this.out.byte(msgpackHeader);
      this.value(value);
      return this.out.take();
    } catch (error) {
      this.out.discard();
      throw error instanceof Refusal ? new EncodeError(error.describe()) : error;
    } finally {
      this.busy = false;
    }
  }

  private value(value: unknown): void {
    switch (typeof value) {
      case 'number':
        if (Number.isSafeInteger(value) && (value !== 0 || !Object.is(value, -0))) this.out.integer(value);
        else this.out.float(value);
        return;
      case 'string':
        if (!this.out.string(value)) throw Refusal.surrogate(value);
        return;
      case 'boolean':
        this.out.byte(value ? 0xc3 : 0xc2);
        return;
      case 'bigint':
        if (value < minInteger || value > maxInteger) throw Refusal.integer(value);
        this.out.bigInteger(value);
        return;
      case 'object':
        if (value === null) this.out.byte(0xc0);
        else this.object(value);
        return;
      default:
        throw refusalOf(value);
    }
  }

  private object(value: object): void {
    if (Array.isArray(value)) {
      this.list(value, value);
      return;
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) this.record(value as Record<string, unknown>);
    else if (value instanceof Float) {
      this.out.byte(0xcb);
      this.out.bits(value.bits);
    } else if (value instanceof Uint8Array) {
      if (value.length > maxCount) throw Refusal.tooLong('bytes');
      this.count();
      this.out.binary(value);
    } else if (prototype === Map.prototype) this.map(value as Map<unknown, unknown>);
    else this.compound(value);
  }

  private compound(value: object): void {
    this.count();
    if (value instanceof Tuple) {
      if (++this.tupleDepth > maxTupleDepth) throw Refusal.tooDeep(maxTupleDepth, value, 'tuples');
      const start = this.out.length;
      this.list(value.items, value);
      this.out.wrapExtension(extension.tuple, start);
      this.tupleDepth--;
    } else if (value instanceof Complex) {
      const [re, im] = value.bits;
      this.out.extensionHeader(extension.complex, 16);
      this.out.bits(re);
      this.out.bits(im);
    } else if (value instanceof NdArray) {
      this.array(value.descriptor, value.shape, value.fortranOrder, value.data);
    } else if (value instanceof NpScalar) this.scalar(value);
    else if (value instanceof MsgpackTimestamp) this.timestamp(value);
    else if (value instanceof ArrayBuffer) this.out.binary(new Uint8Array(value));
    else if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
      const items = value as TypedArray;
      const bytes = new Uint8Array(items.buffer, items.byteOffset, items.byteLength);
      this.array(typedArrayDescriptor(items), [items.length], false, bytes);
    } else throw refusalOf(value);
  }

  private count(): void {
    if (++this.compounds > maxCompounds) throw Refusal.tooMany(maxCompounds);
  }

  private enter(container: object): void {
    this.count();
    if (++this.depth > maxDepth) throw Refusal.tooDeep(maxDepth, container);
  }

  private list(items: readonly unknown[], container: object): void {
    this.enter(container);
    const { length } = items;
    this.out.listHeader(length);
    let i = 0;
    try {
      for (; i < length; i++) this.value(items[i]);
    } catch (error) {
      throw Refusal.at(error, container, i);
    }
    this.depth--;
  }

  private record(record: Record<string, unknown>): void {
    this.enter(record);
    const keys = Object.keys(record);
    this.out.mapHeader(keys.length);
    let current = '';
    try {
      for (const key of keys) {
        current = key;
        if (!this.out.string(key)) throw Refusal.surrogate(key);
        this.value(record[key]);
      }
    } catch (error) {
      throw Refusal.at(error, record, current);
    }
    this.depth--;
  }

  private map(map: Map<unknown, unknown>): void {
    this.enter(map);
    this.out.mapHeader(map.size);
    let current: unknown;
    try {
      for (const [key, item] of map) {
        current = key;
        this.value(key);
        if (isUnhashable(key)) throw Refusal.key(key);
        this.value(item);
      }
    } catch (error) {
      throw Refusal.at(error, map, typeof current === 'string' ? current : undefined);
    }
    this.depth--;
  }

  private array(
    descriptor: Descriptor,
    shape: readonly number[],
    fortranOrder: boolean,
    data: Uint8Array,
  ): void {
    const header = npyHeader(descriptor, shape, fortranOrder);
    const size = header.length + data.length;
    if (size > maxCount) throw Refusal.tooLong('an array');
    this.out.extensionHeader(extension.ndarray, size);
    this.out.raw(header);
    this.out.raw(data);
  }

  private scalar(scalar: NpScalar): void {
    const start = this.out.length;
    this.value(toPython(scalar.descriptor));
    this.out.raw(scalar.data);
    // NumPy holds an empty text or bytes scalar in one character.
    if (scalar.data.length === 0) this.out.zeros(scalar.dtype.kind === 'U' ? 4 : 1);
    this.out.wrapExtension(extension.npscalar, start);
  }

  private timestamp({ seconds, nanoseconds }: MsgpackTimestamp): void {
    if (seconds >> 34n !== 0n) {
      this.out.extensionHeader(extension.timestamp, 12);
      this.uint32(nanoseconds);
      this.out.bits(BigInt.asUintN(64, seconds));
    } else if (nanoseconds !== 0 || seconds >> 32n !== 0n) {
      this.out.extensionHeader(extension.timestamp, 8);
      this.out.bits((BigInt(nanoseconds) << 34n) | seconds);
    } else {
      this.out.extensionHeader(extension.timestamp, 4);
      this.uint32(Number(seconds));
    }
  }

  private uint32(value: number): void {
    for (const shift of [24, 16, 8, 0]) this.out.byte((value >>> shift) & 0xff);
  }
}

const shared = new Encoder();

/** A descriptor as Python holds it: structures are lists of tuples. */
function toPython(descriptor: Descriptor): unknown {
  if (typeof descriptor === 'string') return descriptor;
  return descriptor.map(([label, type, shape]) => {
    const parts: unknown[] = [typeof label === 'string' ? label : new Tuple(label), toPython(type)];
    if (shape !== undefined) parts.push(new Tuple(shape));
    return new Tuple(parts);
  });
}
