import {
  type ChannelType,
  type Compression,
  type Encoding,
  isChannelType,
  isCompression,
  itemBytesOf,
} from './channel-type.ts';
import { type Json, JsonFault, type JsonObject } from './json.ts';
import { scalarShape } from './shape.ts';

/** What a data header says of a channel. */
export interface ChannelDefinition {
  readonly name: string;
  /** In lower case; where `fault` is set it may be none that there is, and then this is undefined. */
  readonly type: ChannelType | undefined;
  /** As sent, the fastest dimension first; undefined where it is left open. -1 stands for what is left open in one. */
  readonly shape: readonly number[] | undefined;
  /** The same as NumPy and HDF5 have it, the slowest dimension first; of a scalar (`[1]`) it is `[]`. */
  readonly numpyShape: readonly number[] | undefined;
  readonly encoding: Encoding;
  readonly compression: Compression | undefined;
  /** A value is sent with every pulse for which (pulse - offset) % modulo is 0. */
  readonly modulo: number;
  readonly offset: number;
  /** Neither text, nor compressed, nor an array. */
  readonly isPlainScalar: boolean;
  /** The bytes of an item: 1 of text and of what is not known. */
  readonly itemBytes: number;
  /** Its place among the channels of the header. */
  readonly index: number;
  /** Why none of its values can be decoded. */
  readonly fault: string | undefined;
  /** Every key as sent. */
  readonly raw: JsonObject;
}

/** NumPy's own limit. */
const maxDimensions = 32;
const maxNameLength = 4096;

/** @throws JsonFault when it has no name */
export function parseChannelDefinition(raw: Json, index: number): ChannelDefinition {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw new JsonFault(`its channel ${index} is not an object`);
  }
  const object = raw as JsonObject;
  const { name } = object;
  if (typeof name !== 'string') throw new JsonFault(`its channel ${index} has no name`);
  if (name.length > maxNameLength)
    throw new JsonFault(`the name of its channel ${index} has ${name.length} characters`);
  const type = typeof object.type === 'string' ? object.type.toLowerCase() : object.type;
  const knownType = type === undefined ? 'float64' : isChannelType(type) ? type : undefined;
  const compression = object.compression ?? 'none';
  const knownCompression = isCompression(compression) ? compression : undefined;
  const shape = object.shape ?? undefined;
  const knownShape = isShape(shape) ? shape : undefined;
  const numpyShape = knownShape === undefined ? undefined : numpyShapeOf(knownShape);
  const fault =
    faultOf('type', object.type, knownType) ??
    faultOf('compression', compression, knownCompression) ??
    (shape === undefined ? undefined : faultOf('shape', shape, knownShape));
  return {
    name,
    type: knownType,
    shape: knownShape,
    numpyShape,
    encoding: object.encoding === 'big' ? 'big' : 'little',
    compression: knownCompression,
    modulo: wholeOr(object.modulo, 1),
    offset: wholeOr(object.offset, 0),
    isPlainScalar:
      fault === undefined &&
      knownType !== 'string' &&
      compression === 'none' &&
      (numpyShape === undefined || numpyShape === scalarShape),
    itemBytes: knownType === undefined ? 1 : itemBytesOf[knownType],
    index,
    fault,
    raw: object,
  };
}

/** Shapes are sent with the fastest dimension first: the bytes are in C order of the reversed shape. */
export function numpyShapeOf(shape: readonly number[]): readonly number[] {
  return isScalarShape(shape) ? scalarShape : shape.toReversed();
}

export function isScalarShape(shape: readonly number[]): boolean {
  return shape.length === 1 && shape[0] === 1;
}

function faultOf(what: string, sent: Json | undefined, known: unknown): string | undefined {
  if (known !== undefined) return undefined;
  return `the ${what} ${String(JSON.stringify(sent)).slice(0, 80)} is not known`;
}

function isShape(value: Json | undefined): value is readonly number[] {
  if (!Array.isArray(value) || value.length > maxDimensions) return false;
  return (
    value.every((size) => Number.isSafeInteger(size) && size >= -1) &&
    value.filter((size) => size < 0).length <= 1
  );
}

function wholeOr(value: Json | undefined, preset: number): number {
  return Number.isSafeInteger(value) ? (value as number) : preset;
}
