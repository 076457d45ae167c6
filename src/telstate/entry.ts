import { AlidadeError } from '../shared/errors.ts';
import type { Entry, Kind } from '../store/index.ts';
import { decodeValue, type Value } from './encoding/index.ts';
import { splitMember } from './time.ts';

/** What a key is: an attribute never changes, a sensor is a series in time, an indexed key holds a value a sub-key. */
export type KeyType = 'attribute' | 'sensor' | 'indexed';

export interface ExactOption {
  /** Give what keeps every bit: `Float`, `Map`, `NpScalar`; see `decodeValue`. */
  readonly exact?: boolean | undefined;
  /** Read values that were pickled before 2019; see `decodeValue`. Default: what the telescope state was told. */
  readonly allowPickle?: boolean | undefined;
}

export interface ReadOptions extends ExactOption {
  /** Give the encoded bytes, header byte included; nothing is decoded. */
  readonly encoded?: boolean | undefined;
}

export interface Sample<V = Value> {
  readonly value: V;
  readonly timeSeconds: number;
}

/** All of an indexed key. Sub-keys that JavaScript cannot tell apart (1 and 1.0) fall together unless read `exact`. */
export type Indexed = Map<Value, Value>;
/** All of an indexed key as encoded bytes. */
export type EncodedIndexed = readonly (readonly [subKey: Uint8Array, value: Uint8Array])[];

/** What a key holds now: of a sensor its newest sample. */
export interface Current<V = Value> {
  readonly type: KeyType;
  /** Of an indexed key all sub-keys. */
  readonly value: V;
  /** Of sensors only. */
  readonly timeSeconds?: number;
}

/** @throws ALI_WRONG_KIND on a set, a list or a foreign Redis type: somebody else's key. */
export function typeOf(kind: Kind, name: string): KeyType {
  switch (kind) {
    case 'value':
      return 'attribute';
    case 'series':
      return 'sensor';
    case 'hash':
      return 'indexed';
    default:
      throw foreign(kind, name);
  }
}

/** @throws DecodeError; ALI_WRONG_KIND as {@link typeOf}. */
export function currentOf(entry: Entry, name: string, options: ReadOptions): Current<Value | EncodedIndexed> {
  switch (entry.kind) {
    case 'value':
      return { type: 'attribute', value: decoded(entry.value, options) };
    case 'series': {
      const { timeSeconds, encoded } = splitMember(entry.last);
      return { type: 'sensor', value: decoded(encoded, options), timeSeconds };
    }
    case 'hash':
      return { type: 'indexed', value: indexedOf(entry.fields, options) };
    default:
      throw foreign(entry.kind, name);
  }
}

export function decoded(encoded: Uint8Array, options: ReadOptions): Value {
  return options.encoded
    ? encoded
    : decodeValue(encoded, { exact: options.exact ?? false, allowPickle: options.allowPickle });
}

function indexedOf(fields: EncodedIndexed, options: ReadOptions): Indexed | EncodedIndexed {
  if (options.encoded) return fields;
  return new Map(fields.map(([subKey, value]) => [decoded(subKey, options), decoded(value, options)]));
}

function foreign(kind: Kind, name: string): AlidadeError {
  const what = kind === 'other' ? 'a Redis type that telescope state does not use' : `a ${kind}`;
  return new AlidadeError(
    'ALI_WRONG_KIND',
    `key ${name} holds ${what}; it is neither attribute, sensor nor indexed key`,
  );
}
