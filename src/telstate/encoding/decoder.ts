import { DecodeError } from '../errors.ts';
import { environmentAllowsPickle, readPickle } from '../pickle/index.ts';
import { Complex } from './complex.ts';
import { parseDType } from './dtype.ts';
import { asDecodeError, Fault } from './fault.ts';
import { Float } from './float.ts';
import { copyOf, Input } from './input.ts';
import { setOwn } from './item.ts';
import { MsgpackTimestamp } from './msgpack-timestamp.ts';
import { NdArray } from './nd-array.ts';
import { hasPlainValue, NpScalar } from './np-scalar.ts';
import { fromPython, parseNpyHeader } from './npy.ts';
import { Tuple } from './tuple.ts';
import type { PlainObject, Value } from './value.ts';
import { extension, isUnhashable, maxCompounds, maxDepth, msgpackHeader } from './wire.ts';

/** How stored bytes are read. */
export interface DecodeOptions {
  /**
   * Give what keeps every bit: `Float` for floats, `Map` for dicts, `NpScalar` for NumPy scalars; `encodeValue` then
   * gives the canonical bytes back. Default false.
   */
  readonly exact?: boolean;
  /** Deepest nesting accepted; default and maximum 1024. */
  readonly maxDepth?: number;
  /**
   * Read values that katsdptelstate pickled before 2019, if they are plain data; nothing of them is run. Default: whether
   * KATSDPTELSTATE_ALLOW_PICKLE is 1 in the environment.
   */
  readonly allowPickle?: boolean | undefined;
}

/**
 * The value that stored bytes stand for.
 *
 * By default one reads what is natural in JavaScript: integers are numbers up to 2^53 - 1 and bigints beyond; floats
 * are numbers; dicts are plain objects when all their keys are text, else `Map`; NumPy scalars are the boolean, number,
 * bigint, `Complex`, text or bytes they hold (long doubles rounded), while times and structures stay `NpScalar`.
 * Lists are arrays, tuples `Tuple`, NumPy arrays `NdArray`. With `exact` nothing is lost (see {@link DecodeOptions}).
 *
 * Nothing in the result shares memory with `bytes`. Dicts may have keys that the reference's own reader refuses
 * (numbers, tuples); of equal keys the last wins. Pickled values are refused unless `allowPickle` says otherwise.
 *
 * @throws DecodeError on anything that is not one whole value, and on more than 1024 levels or 2 million compound values (lists, bytes, ...).
 * @example decodeValue(encodeValue({ dish: 'm062' })) // { dish: 'm062' }
 */
export function decodeValue(bytes: Uint8Array, options: DecodeOptions = {}): Value {
  const first = bytes[0];
  if (first !== msgpackHeader) return decodePickle(bytes, first, options);
  try {
    const decoder = new Decoder(new Input(bytes, 1), options);
    const value = decoder.value();
    decoder.end();
    return value;
  } catch (error) {
    throw asDecodeError(error);
  }
}

/** A value that is not MessagePack: a pickle begins with 80 (protocol 2 and later) or an ASCII character. */
function decodePickle(bytes: Uint8Array, first: number | undefined, options: DecodeOptions): Value {
  if (first === undefined) throw new DecodeError('stored bytes cannot be decoded: the value is empty');
  const shown = `0x${first.toString(16).padStart(2, '0')}`;
  if (first > 0x80) {
    throw new DecodeError(
      `stored bytes cannot be decoded: unknown first byte ${shown}; a newer writer may be needed`,
    );
  }
  if (!(options.allowPickle ?? environmentAllowsPickle())) {
    throw new DecodeError(
      `the value is pickled (first byte ${shown}), as telescope state was before March 2019: pickles are refused unless ` +
        'KATSDPTELSTATE_ALLOW_PICKLE=1 is set in the environment, or the option allowPickle is true. Then plain data ' +
        'and NumPy arrays are read, and nothing of them is run',
    );
  }
  try {
    return readPickle(bytes, {
      exact: options.exact ?? false,
      maxDepth: Math.min(options.maxDepth ?? maxDepth, maxDepth),
    });
  } catch (error) {
    throw error instanceof Fault
      ? new DecodeError(`the pickled value cannot be read: ${error.message}`)
      : error;
  }
}

class Decoder {
  private readonly input: Input;
  private readonly exact: boolean;
  private readonly maxDepth: number;
  private depth = 0;
  private compounds = 0;

  constructor(input: Input, options: DecodeOptions) {
    this.input = input;
    this.exact = options.exact ?? false;
    this.maxDepth = Math.min(options.maxDepth ?? maxDepth, maxDepth);
  }

  end(): void {
    if (this.input.remaining !== 0) throw new Fault(`${this.input.remaining} bytes follow the value`);
  }

  value(): Value {
    const type = this.input.byte();
    if (type < 0x80) return type;
    if (type < 0x90) return this.map(type & 0x0f);
    if (type < 0xa0) return this.list(type & 0x0f);
    if (type < 0xc0) return this.input.text(type & 0x1f);
    if (type >= 0xe0) return type - 0x100;
    return this.marked(type);
  }

  /** The types 0xc0 to 0xdf. */
  private marked(type: number): Value {
    const { input } = this;
    switch (type) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return this.binary(input.byte());
      case 0xc5:
        return this.binary(input.uint16());
      case 0xc6:
        return this.binary(input.uint32());
      case 0xc7:
        return this.extension(input.byte());
      case 0xc8:
        return this.extension(input.uint16());
      case 0xc9:
        return this.extension(input.uint32());
      case 0xca: {
        const value = input.float32();
        return this.exact ? new Float(value) : value;
      }
      case 0xcb:
        return this.float();
      case 0xcc:
        return input.byte();
      case 0xcd:
        return input.uint16();
      case 0xce:
        return input.uint32();
      case 0xcf:
        return input.uint64();
      case 0xd0:
        return (input.byte() << 24) >> 24;
      case 0xd1:
        return (input.uint16() << 16) >> 16;
      case 0xd2:
        return input.uint32() | 0;
      case 0xd3:
        return input.int64();
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.extension(1 << (type - 0xd4));
      case 0xd9:
        return input.text(input.byte());
      case 0xda:
        return input.text(input.uint16());
      case 0xdb:
        return input.text(input.uint32());
      case 0xdc:
        return this.list(input.uint16());
      case 0xdd:
        return this.list(input.uint32());
      case 0xde:
        return this.map(input.uint16());
      case 0xdf:
        return this.map(input.uint32());
      default:
        throw new Fault('0xc1 is not a MessagePack type');
    }
  }

  private float(): Value {
    const value = this.input.float64();
    if (!this.exact) return value;
    return Number.isNaN(value) ? Float.fromBits(this.input.bitsBefore()) : new Float(value);
  }

  private binary(size: number): Uint8Array {
    this.count();
    return this.input.copy(size);
  }

  private count(): void {
    if (++this.compounds > maxCompounds)
      throw new Fault(`it holds more than ${maxCompounds} compound values`);
  }

  /** One level in; every one of `atLeast` items to come takes a byte or more. */
  private enter(atLeast: number): void {
    this.count();
    if (++this.depth > this.maxDepth) throw new Fault(`it is nested deeper than ${this.maxDepth} levels`);
    if (atLeast > this.input.remaining) throw new Fault('it is cut off');
  }

  private list(count: number): Value[] {
    this.enter(count);
    const items: Value[] = [];
    for (let i = 0; i < count; i++) items.push(this.value());
    this.depth--;
    return items;
  }

  private map(count: number): Value {
    this.enter(2 * count);
    const result = this.exact ? this.pairs(new Map(), count, new Map()) : this.record(count);
    this.depth--;
    return result;
  }

  /** A plain object, or a Map when a key comes that is not text. */
  private record(count: number): Value {
    const record: PlainObject = {};
    const keys: string[] = [];
    for (let i = 0; i < count; i++) {
      const start = this.input.position;
      const key = this.key();
      if (typeof key !== 'string') {
        const map = new Map<Value, Value>();
        for (const earlier of keys) map.set(earlier, record[earlier] as Value);
        const known = new Map<string, Value>();
        map.set(this.sameKey(known, start, key), this.value());
        return this.pairs(map, count - i - 1, known);
      }
      keys.push(key);
      setOwn(record, key, this.value());
    }
    return record;
  }

  private pairs(map: Map<Value, Value>, count: number, known: Map<string, Value>): Map<Value, Value> {
    for (let i = 0; i < count; i++) {
      const start = this.input.position;
      const key = this.sameKey(known, start, this.key());
      map.set(key, this.value());
    }
    return map;
  }

  private key(): Value {
    const key = this.value();
    if (typeof key === 'object' && isUnhashable(key))
      throw new Fault('a dict has a list, dict or array as a key');
    return key;
  }

  /** Keys that are objects are told apart by their bytes, so that the last of equal ones wins for them too. */
  private sameKey(known: Map<string, Value>, start: number, key: Value): Value {
    if (typeof key !== 'object' || key === null) return key;
    const bytes = this.input.latin1From(start);
    const earlier = known.get(bytes);
    if (earlier !== undefined) return earlier;
    known.set(bytes, key);
    return key;
  }

  private extension(size: number): Value {
    this.count();
    const type = (this.input.byte() << 24) >> 24;
    const outer = this.input.narrow(size);
    const value = this.payload(type, size);
    this.input.widen(outer);
    return value;
  }

  private payload(type: number, size: number): Value {
    switch (type) {
      case extension.tuple:
        return this.tuple();
      case extension.complex:
        return this.complex(size);
      case extension.ndarray:
        return readArray(this.input.borrow(size));
      case extension.npscalar:
        return this.scalar();
      case extension.timestamp:
        return this.timestamp(size);
      default:
        throw new Fault(`extension type ${type} is unknown`);
    }
  }

  private tuple(): Tuple {
    const type = this.input.peek();
    if (!((type >= 0x90 && type < 0xa0) || type === 0xdc || type === 0xdd)) {
      throw new Fault('a tuple does not hold a list');
    }
    const items = this.value() as Value[];
    if (this.input.remaining !== 0) throw new Fault('bytes follow the list of a tuple');
    return new Tuple(items);
  }

  private complex(size: number): Complex {
    if (size !== 16) throw new Fault(`a complex number has 16 bytes, not ${size}`);
    const re = this.input.float64();
    const reBits = this.input.bitsBefore();
    const im = this.input.float64();
    if (!Number.isNaN(re) && !Number.isNaN(im)) return new Complex(re, im);
    return Complex.fromBits(reBits, this.input.bitsBefore());
  }

  private scalar(): Value {
    const dtype = parseDType(fromPython(this.value()));
    const { itemSizeBytes, kind } = dtype;
    if (itemSizeBytes === 0 && kind !== 'U' && kind !== 'S') throw new Fault('a NumPy scalar has no bytes');
    const scalar = new NpScalar(dtype, this.input.copy(itemSizeBytes));
    this.input.borrow(this.input.remaining);
    return this.exact || !hasPlainValue(kind) ? scalar : scalar.value;
  }

  private timestamp(size: number): MsgpackTimestamp {
    const { input } = this;
    if (size === 4) return timestamp(BigInt(input.uint32()), 0);
    if (size === 8) {
      const bits = input.bits();
      return timestamp(bits & 0x3ffffffffn, Number(bits >> 34n));
    }
    if (size !== 12) throw new Fault(`a timestamp has 4, 8 or 12 bytes, not ${size}`);
    const nanoseconds = input.uint32();
    return timestamp(BigInt.asIntN(64, input.bits()), nanoseconds);
  }
}

function timestamp(seconds: bigint, nanoseconds: number): MsgpackTimestamp {
  if (nanoseconds > 999_999_999) throw new Fault('a timestamp has more than 999 999 999 nanoseconds');
  return new MsgpackTimestamp(seconds, nanoseconds);
}

function readArray(payload: Uint8Array): NdArray {
  const { dtype, shape, fortranOrder, lengthBytes, dataBytes } = parseNpyHeader(payload);
  return new NdArray(dtype, shape, copyOf(payload, lengthBytes, dataBytes), fortranOrder);
}
