import { bytesRepr, floatRepr, strRepr } from '../../shared/python-text.ts';
import { Complex } from './complex.ts';
import { Float } from './float.ts';
import { MsgpackTimestamp } from './msgpack-timestamp.ts';
import { NdArray } from './nd-array.ts';
import { NpScalar } from './np-scalar.ts';
import { Tuple } from './tuple.ts';

const maxDepth = 20;
const maxArrayItems = 6;

/**
 * A value as Python would show it, for messages: `'abc'`, `b'\xff'`, `1.0`, `(1, 2)`, `{'a': True}`,
 * `array([0.0, 1.0, ...], shape=(100,), dtype='<f8')`. Never more than about `maxLength` characters, and never more
 * work than those need.
 */
export function repr(value: unknown, maxLength = 200): string {
  const writer = new ReprWriter(maxLength);
  writer.value(value, 0);
  return writer.finish();
}

class ReprWriter {
  private text = '';
  private readonly maxLength: number;

  constructor(maxLength: number) {
    this.maxLength = maxLength;
  }

  finish(): string {
    return this.text.length <= this.maxLength ? this.text : `${this.text.slice(0, this.maxLength)}...`;
  }

  private get full(): boolean {
    return this.text.length > this.maxLength;
  }

  private get room(): number {
    return this.maxLength + 1;
  }

  value(value: unknown, depth: number): void {
    if (value === null || value === undefined) this.text += 'None';
    else if (typeof value === 'boolean') this.text += value ? 'True' : 'False';
    else if (typeof value === 'number') this.text += numberRepr(value);
    else if (typeof value === 'string') this.text += strRepr(value.slice(0, this.room));
    else if (typeof value === 'object') this.object(value, depth);
    else this.text += String(value).slice(0, this.room);
  }

  private object(value: object, depth: number): void {
    if (depth > maxDepth) this.text += '...';
    else if (value instanceof Uint8Array) this.text += bytesRepr(value.subarray(0, this.room));
    else if (value instanceof Float) this.text += floatRepr(value.value);
    else if (value instanceof Complex) this.text += complexRepr(value);
    else if (value instanceof MsgpackTimestamp) {
      this.text += `Timestamp(seconds=${value.seconds}, nanoseconds=${value.nanoseconds})`;
    } else if (value instanceof NpScalar) this.scalar(value, depth);
    else if (value instanceof NdArray) this.array(value, depth);
    else if (Array.isArray(value)) this.items('[', value, ']', depth);
    else if (value instanceof Tuple) this.items('(', value.items, value.length === 1 ? ',)' : ')', depth);
    else if (value instanceof Map) this.dict(value.entries(), depth);
    else if (ArrayBuffer.isView(value) && Symbol.iterator in value) {
      this.items('array([', value as unknown as ArrayLike<unknown>, '])', depth);
    } else this.dict(entriesOf(value), depth);
  }

  private items(open: string, items: ArrayLike<unknown>, close: string, depth: number): void {
    this.text += open;
    for (let i = 0; i < items.length && !this.full; i++) {
      if (i > 0) this.text += ', ';
      this.value(items[i], depth + 1);
    }
    this.text += close;
  }

  private dict(entries: Iterable<[unknown, unknown]>, depth: number): void {
    let separator = '{';
    for (const [key, value] of entries) {
      this.text += separator;
      if (this.full) break;
      this.value(key, depth + 1);
      this.text += ': ';
      this.value(value, depth + 1);
      separator = ', ';
    }
    this.text += separator === '{' ? '{}' : '}';
  }

  private scalar(scalar: NpScalar, depth: number): void {
    const { kind, unit } = scalar.dtype;
    if (kind === 'M' || kind === 'm') {
      this.text += `${kind === 'M' ? 'datetime64' : 'timedelta64'}(${scalar.value}, '${unit || 'generic'}')`;
    } else if (kind === 'f') this.text += floatRepr(scalar.value as number);
    else if (scalar.data.length > this.room) this.text += `${kind === 'U' ? 'str_' : 'void'}(...)`;
    else this.value(scalar.value, depth + 1);
  }

  private array(array: NdArray, depth: number): void {
    const isFloat = array.dtype.kind === 'f';
    const isSmall = array.dtype.itemSizeBytes <= this.room;
    this.text += 'array([';
    let i = 0;
    for (const item of isSmall ? array : []) {
      if (i === maxArrayItems) break;
      if (i++ > 0) this.text += ', ';
      if (isFloat) this.text += floatRepr(item as number);
      else this.value(item, depth + 1);
    }
    if (i < array.size) this.text += i === 0 ? '...' : ', ...';
    const shape = array.shape.length === 1 ? `(${array.shape[0]},)` : `(${array.shape.join(', ')})`;
    const dtype = array.descriptor;
    this.text += `], shape=${shape}, dtype=`;
    if (typeof dtype === 'string') this.text += `'${dtype}')`;
    else this.text += `${JSON.stringify(dtype.slice(0, maxArrayItems)).slice(0, this.room)})`;
  }
}

/** An integer-valued number as the int it is stored as. */
function numberRepr(value: number): string {
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : floatRepr(value);
}

function complexRepr({ re, im }: Complex): string {
  const part = (x: number) => floatRepr(x).replace(/\.0$/, '');
  const sign = im < 0 || Object.is(im, -0) ? '' : '+';
  return re === 0 && !Object.is(re, -0) ? `${part(im)}j` : `(${part(re)}${sign}${part(im)}j)`;
}

function* entriesOf(record: object): Iterable<[string, unknown]> {
  for (const key in record) {
    if (Object.hasOwn(record, key)) yield [key, (record as Record<string, unknown>)[key]];
  }
}
