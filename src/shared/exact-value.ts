const floatMark = Symbol.for('alidade.Float');

/** A float that stays one: the number 12 is written as `12`, `float(12)` as `12.0`. */
export class Float {
  readonly value: number;

  /** Those of another copy of this package are floats too: a class of the user's own may have brought it. */
  static [Symbol.hasInstance](value: unknown): value is Float {
    return typeof value === 'object' && value !== null && floatMark in value;
  }

  get [floatMark](): true {
    return true;
  }

  constructor(value: number) {
    this.value = value;
  }

  valueOf(): number {
    return this.value;
  }

  toJSON(): number {
    return this.value;
  }
}

/**
 * A float, whatever the number.
 *
 * @example float(12) // on the wire 12.0
 */
export function float(value: number): Float {
  return new Float(value);
}

/** A JSON value in plain JavaScript. Integers beyond 2^53 are bigints. */
export type PlainValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

/** A JSON value as it is on the wire: integers apart from floats, keys of objects in their order. */
export type ExactValue =
  | null
  | boolean
  | string
  | bigint
  /** A safe integer; other numbers are {@link Float}s and bigints. */
  | number
  | Float
  | readonly ExactValue[]
  | ReadonlyMap<string, ExactValue>;

/** The same as plain JavaScript: what is lost is that 12.0 was no integer. */
export function plainValue(value: ExactValue): PlainValue {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map(plainValue);
  if (!(value instanceof Map)) return (value as Float).value;
  const record: Record<string, PlainValue> = {};
  for (const [key, item] of value as ReadonlyMap<string, ExactValue>) {
    if (key === '__proto__') setOwn(record, key, plainValue(item));
    else record[key] = plainValue(item);
  }
  return record;
}

/** Also where an assignment would change the prototype. */
function setOwn(record: object, key: string, value: PlainValue): void {
  Object.defineProperty(record, key, { value, enumerable: true, writable: true, configurable: true });
}

export function isList(value: unknown): value is readonly ExactValue[] {
  return Array.isArray(value);
}
