import { type ItemType, itemType } from './item-type.ts';
import { countOf, ItemEncoder, isTypedArray } from './items.ts';
import { refusal } from './refusal.ts';
import type { TextHeap } from './text-heap.ts';
import type { Item, Items, TypeName } from './type-name.ts';

/** A value of a fixed size, encoded. */
export interface Value {
  readonly type: ItemType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

const typeOfArray: Readonly<Record<string, TypeName>> = {
  Int8Array: 'int8',
  Uint8Array: 'uint8',
  Uint8ClampedArray: 'uint8',
  Int16Array: 'int16',
  Uint16Array: 'uint16',
  Int32Array: 'int32',
  Uint32Array: 'uint32',
  BigInt64Array: 'int64',
  BigUint64Array: 'uint64',
  Float16Array: 'float16',
  Float32Array: 'float32',
  Float64Array: 'float64',
};

/** @param place what has the value, as messages name it. @throws ALI_HDF5_REFUSED */
export function encodeValue(
  value: Items,
  options: { readonly type?: TypeName; readonly shape?: readonly number[] },
  heap: TextHeap,
  place: string,
): Value {
  const type = itemType(options.type ?? typeOf(value, place));
  const shape = checkedShape(options.shape ?? (typeof value === 'object' ? [value.length] : []), 0);
  const items = shape.reduce((product, size) => product * size, 1);
  if (items !== countOf(value)) {
    throw refusal(`${place}: a value of shape [${shape}] has ${items} items, not ${countOf(value)}`);
  }
  const encoder = new ItemEncoder(type, heap, place);
  encoder.check(value);
  return { type, shape, bytes: encoder.encode(value) };
}

/** @throws ALI_HDF5_REFUSED when a size is no integer, or below `smallest` */
export function checkedShape(shape: readonly number[], smallest: 0 | 1): readonly number[] {
  for (const size of shape) {
    if (size === Infinity || size === -1 || size === null) {
      throw refusal('only the rows are without limit: the sizes of a shape are numbers');
    }
    if (!Number.isSafeInteger(size) || size < smallest) throw refusal(`${size} is no size of a dimension`);
  }
  if (shape.length > 31) throw refusal(`a shape of ${shape.length} dimensions; 31 are possible`);
  return [...shape];
}

function typeOf(value: Items, place: string): TypeName {
  if (isTypedArray(value)) return typeOfArray[value[Symbol.toStringTag]] ?? 'uint8';
  const item: Item | undefined = typeof value === 'object' ? value[0] : value;
  if (typeof item === 'string') return 'string';
  if (typeof item === 'boolean') return 'bool';
  if (typeof item === 'bigint') return 'int64';
  if (typeof item === 'number') return 'float64';
  throw refusal(`${place}: an empty array does not tell its type; say which`);
}
