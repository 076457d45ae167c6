import { type Descriptor, type DType, isDType, parseDType } from './dtype.ts';
import { building, Fault } from './fault.ts';
import { itemReader, nest, writeItem } from './item.ts';
import { countItems, fortranIndex, maxDimensions, ordersDiffer } from './shape.ts';
import { convertItems, type TypedArray, typedArrayDescriptor } from './typed-arrays.ts';
import type { Value } from './value.ts';

const maxNestedLists = 2 ** 24;

/**
 * A NumPy array: its type, its shape and its bytes, so that every type NumPy can store passes through unharmed.
 *
 * Immutable: the constructor takes the bytes over without copying them, so do not change them afterwards.
 */
export class NdArray implements Iterable<Value> {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Whether the bytes are column-major. False where both orders are the same (fewer than two long dimensions). */
  readonly fortranOrder: boolean;
  /** The items one after another, in the order {@link fortranOrder} says and the byte order of the type. */
  readonly data: Uint8Array;
  /** Number of items. */
  readonly size: number;

  /**
   * @param dtype a NumPy type: `'<f8'`, `'float64'`, `[['x', '<f4'], ['n', '<i4']]`
   * @throws EncodeError when the type is unknown or the bytes are not as many as type and shape need.
   */
  constructor(dtype: Descriptor | DType, shape: readonly number[], data: Uint8Array, fortranOrder = false) {
    this.dtype = isDType(dtype) ? dtype : building(() => parseDType(dtype));
    this.size = building(() => countItems(shape, this.dtype.itemSizeBytes));
    this.shape = shape;
    this.fortranOrder = fortranOrder && ordersDiffer(shape, this.size);
    this.data = data;
    const needed = this.size * this.dtype.itemSizeBytes;
    if (data.length !== needed) {
      building(() => {
        throw new Fault(
          `an array of shape [${shape.join(', ')}] and dtype ${JSON.stringify(this.descriptor)} ` +
            `has ${needed} bytes, not ${data.length}`,
        );
      });
    }
  }

  /**
   * A copy of a typed array, by default in one dimension. This is also how a `Uint8Array` is stored as an array:
   * by itself it is stored as bytes.
   *
   * @example NdArray.from(new Float32Array([1, 2, 3, 4, 5, 6]), [2, 3])
   */
  static from(items: TypedArray, shape: readonly number[] = [items.length]): NdArray {
    const data = new Uint8Array(items.byteLength);
    data.set(new Uint8Array(items.buffer, items.byteOffset, items.byteLength));
    return new NdArray(typedArrayDescriptor(items), shape, data);
  }

  /**
   * An array of a NumPy type from nested lists of numbers, bigints, booleans, texts, bytes or `Complex`.
   *
   * @throws EncodeError when the lists are ragged or an item does not fit the type.
   * @example NdArray.of('<U5', ['m000', 'm062'])
   */
  static of(dtype: Descriptor, values: unknown): NdArray {
    return building(() => {
      const type = parseDType(dtype);
      const shape: number[] = [];
      for (let level = values; Array.isArray(level); level = level[0]) {
        if (shape.push(level.length) > maxDimensions) throw new Fault('an array has at most 32 dimensions');
      }
      const data = new Uint8Array(countItems(shape, type.itemSizeBytes) * type.itemSizeBytes);
      const view = new DataView(data.buffer);
      let at = 0;
      const fill = (level: unknown, dimension: number): void => {
        if (dimension === shape.length) {
          writeItem(type, view, at, level);
          at += type.itemSizeBytes;
          return;
        }
        if (!Array.isArray(level) || level.length !== shape[dimension]) {
          throw new Fault('the lists of an array differ in length or depth');
        }
        for (const item of level) fill(item, dimension + 1);
      };
      fill(values, 0);
      return new NdArray(type, shape, data);
    });
  }

  /** The type as NumPy writes it, such as `'<f8'`. */
  get descriptor(): Descriptor {
    return this.dtype.descriptor;
  }

  get dimensions(): number {
    return this.shape.length;
  }

  /**
   * The items as a typed array in C order: a view without a copy (changes would show in the array) where type, byte
   * order and alignment allow, else a converted copy. Complex items are pairs, float16 becomes float32, bool uint8,
   * times are 64-bit counts.
   *
   * @returns undefined for types that no typed array can hold (text, bytes, long double, structures).
   */
  toTypedArray(): TypedArray | undefined {
    return convertItems(this);
  }

  /**
   * The item at these indices, which count from the end when negative.
   *
   * @returns undefined outside the array.
   */
  at(...indices: readonly number[]): Value | undefined {
    if (indices.length !== this.shape.length) return undefined;
    let index = 0;
    for (const [i, length] of this.shape.entries()) {
      const given = indices[i] as number;
      const position = given < 0 ? given + length : given;
      if (!Number.isInteger(position) || position < 0 || position >= length) return undefined;
      index = index * length + position;
    }
    return this.item(index);
  }

  /** Item number `index` in C order. */
  private item(index: number): Value {
    const at = this.fortranOrder ? fortranIndex(this.shape, index) : index;
    return itemReader(this.dtype)(this.view(), at * this.dtype.itemSizeBytes);
  }

  private view(): DataView {
    return new DataView(this.data.buffer, this.data.byteOffset, this.data.byteLength);
  }

  /** The items in C order (last index fastest), whatever the order in memory. */
  *[Symbol.iterator](): Iterator<Value> {
    const read = itemReader(this.dtype);
    const view = this.view();
    const size = this.dtype.itemSizeBytes;
    for (let i = 0; i < this.size; i++) {
      yield read(view, (this.fortranOrder ? fortranIndex(this.shape, i) : i) * size);
    }
  }

  /**
   * The items as nested lists, or the one item of a 0-dimensional array. Integers are numbers up to 2^53 - 1 and
   * bigints beyond, complex items `Complex`, times bigints, structures plain objects.
   *
   * @throws EncodeError for empty arrays of more than 16 million empty lists.
   */
  toArray(): Value {
    if (this.size === 0) {
      const zero = this.shape.indexOf(0);
      const lists = this.shape.slice(0, zero).reduce((product, n) => product * n, 1);
      building(() => {
        if (lists > maxNestedLists)
          throw new Fault(`an array of shape [${this.shape.join(', ')}] is too long to list`);
      });
    }
    const read = itemReader(this.dtype);
    const view = this.view();
    const size = this.dtype.itemSizeBytes;
    return nest(this.shape, (i) => read(view, (this.fortranOrder ? fortranIndex(this.shape, i) : i) * size));
  }

  /** For `JSON.stringify`: the nested lists, without type and byte order. `formatJson` keeps those. */
  toJSON(): Value {
    return this.toArray();
  }
}
