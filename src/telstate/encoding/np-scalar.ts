import { type Descriptor, type DType, type DTypeKind, isDType, parseDType } from './dtype.ts';
import { building, Fault } from './fault.ts';
import { itemReader, writeItem } from './item.ts';
import { partSizeBytes, swapParts } from './typed-arrays.ts';
import type { Value } from './value.ts';

/**
 * A NumPy scalar such as `np.float32(0.5)`: on the wire another thing than the Python number. Immutable. Plain types
 * are always kept in little-endian order, as NumPy keeps its scalars.
 */
export class NpScalar {
  readonly dtype: DType;
  /** The bytes of the item, `dtype.itemSizeBytes` many. */
  readonly data: Uint8Array;

  /** @throws EncodeError when the type is unknown or the bytes are not as many as it needs. */
  constructor(dtype: Descriptor | DType, data: Uint8Array) {
    const given = isDType(dtype) ? dtype : building(() => parseDType(dtype));
    if (data.length !== given.itemSizeBytes) {
      building(() => {
        throw new Fault(
          `a scalar of dtype ${JSON.stringify(given.descriptor)} has ${given.itemSizeBytes} bytes, not ${data.length}`,
        );
      });
    }
    if (given.littleEndian || given.kind === 'struct') {
      this.dtype = given;
      this.data = data;
    } else {
      this.dtype = parseDType(`<${(given.descriptor as string).slice(1)}`);
      this.data = new Uint8Array(data);
      swapParts(this.data, partSizeBytes(given));
    }
  }

  /**
   * A NumPy scalar from a JavaScript value; text and bytes find their own length.
   *
   * @throws EncodeError when the value does not fit the type.
   * @example NpScalar.of('float32', 0.5)
   */
  static of(dtype: string, value: unknown): NpScalar {
    return building(() => {
      let type = parseDType(dtype);
      if (type.itemSizeBytes === 0) {
        if (typeof value === 'string') type = parseDType(`<U${Array.from(value).length}`);
        else if (value instanceof Uint8Array) type = parseDType(`|${type.kind}${value.length}`);
      }
      const data = new Uint8Array(type.itemSizeBytes);
      writeItem(type, new DataView(data.buffer), 0, value);
      return new NpScalar(type, data);
    });
  }

  /** The type as NumPy writes it, such as `'<f4'`. */
  get descriptor(): Descriptor {
    return this.dtype.descriptor;
  }

  /**
   * What JavaScript makes of it: boolean, number (bigint beyond 2^53 - 1), `Complex`, text, bytes; for times the
   * bigint count of `dtype.unit`; for structures a plain object.
   */
  get value(): Value {
    const { data } = this;
    return itemReader(this.dtype)(new DataView(data.buffer, data.byteOffset, data.byteLength), 0);
  }

  toJSON(): Value {
    return this.value;
  }
}

/** Whether such a scalar is as good as its value: times need their unit, and structures and raw bytes their type. */
export function hasPlainValue(kind: DTypeKind): boolean {
  return kind !== 'M' && kind !== 'm' && kind !== 'V' && kind !== 'struct';
}
