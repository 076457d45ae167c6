import { AlidadeError } from '../shared/errors.ts';
import type { ChannelType, ItemArray } from './channel-type.ts';
import { itemCount, scalarShape } from './shape.ts';

export type SentScalar = number | bigint | boolean | string;

/** Lists of numbers, bigints or booleans, and lists of such lists where all have the same length. */
export type SentList = readonly (number | bigint | boolean | SentList)[];

/** An array of more dimensions: its items in C order, and NumPy's shape. */
export interface SentArray {
  readonly items: ItemArray;
  readonly shape: readonly number[];
}

/**
 * A value to send. Where the channel does not say its type, a number is a float64, as Python's `float` is, a bigint an
 * int64, as its `int`, and a typed array has its own; null and undefined are no value for this pulse.
 */
export type SentValue = SentScalar | ItemArray | SentList | SentArray | null | undefined;

/** A value with nothing left open. */
export interface PlainValue {
  /** As the value itself tells it. */
  readonly type: ChannelType;
  /** NumPy's; `[]` of a scalar and of text. */
  readonly shape: readonly number[];
  readonly items: ItemArray | SentScalar | readonly (number | bigint | boolean)[];
}

const typeOfArray: Readonly<Record<string, ChannelType>> = {
  Int8Array: 'int8',
  Uint8Array: 'uint8',
  Int16Array: 'int16',
  Uint16Array: 'uint16',
  Int32Array: 'int32',
  Uint32Array: 'uint32',
  BigInt64Array: 'int64',
  BigUint64Array: 'uint64',
  Float32Array: 'float32',
  Float64Array: 'float64',
};

const typeOfScalar: Readonly<Record<string, ChannelType>> = {
  number: 'float64',
  bigint: 'int64',
  boolean: 'bool',
  string: 'string',
};

const maxDimensions = 32;

/** @param place what has the value, for the message. @throws ALI_ENCODE when it is nothing that can be sent */
export function plainValue(value: SentValue, place: string): PlainValue | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== 'object') {
    const type = typeOfScalar[typeof value];
    if (type === undefined) throw cannotSend(place, `a ${typeof value} is no value of a channel`);
    return { type, shape: scalarShape, items: value };
  }
  if (ArrayBuffer.isView(value)) return { type: typeOf(value, place), shape: [value.length], items: value };
  if (isList(value)) return flattened(value, place);
  const { items, shape } = value;
  if (!ArrayBuffer.isView(items) || !Array.isArray(shape)) {
    throw cannotSend(place, 'an object is sent as {items, shape}, a typed array and its NumPy shape');
  }
  if (shape.length === 0 || itemCount(shape) !== items.length) {
    throw cannotSend(place, `${items.length} items do not fill the shape [${shape}]`);
  }
  return { type: typeOf(items, place), shape, items };
}

function isList(value: SentArray | SentList): value is SentList {
  return Array.isArray(value);
}

function typeOf(items: ItemArray, place: string): ChannelType {
  const type = typeOfArray[items[Symbol.toStringTag]];
  if (type === undefined) throw cannotSend(place, `bsread has no type for a ${items[Symbol.toStringTag]}`);
  return type;
}

function flattened(list: SentList, place: string): PlainValue {
  const shape: number[] = [];
  for (let first: unknown = list; Array.isArray(first); first = first[0]) {
    shape.push(first.length);
    if (shape.length > maxDimensions) throw cannotSend(place, `it has more than ${maxDimensions} dimensions`);
  }
  const items: (number | bigint | boolean)[] = [];
  const collect = (part: SentList[number] | SentList, depth: number) => {
    if (depth === shape.length && typeof part !== 'object') items.push(part);
    else if (Array.isArray(part) && part.length === shape[depth])
      for (const each of part) collect(each, depth + 1);
    else throw cannotSend(place, 'its lists have not all the same length');
  };
  collect(list, 0);
  const type = items.length === 0 ? 'float64' : typeOfScalar[typeof items[0]];
  if (type === undefined || type === 'string') {
    throw cannotSend(place, 'bsread has lists of numbers, bigints and booleans only');
  }
  return { type, shape, items };
}

export function cannotSend(place: string, problem: string): AlidadeError {
  return new AlidadeError('ALI_ENCODE', `${place}: ${problem}`);
}
