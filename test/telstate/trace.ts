import { readFileSync } from 'node:fs';
import {
  Complex,
  encodeValue,
  Float,
  NdArray,
  NpScalar,
  Tuple,
  type Value,
} from '../../src/telstate/index.ts';

/** A Python value as the recordings have it. */
export type Tagged = { readonly t: string; readonly [field: string]: unknown };

export interface TraceOp {
  readonly object: string;
  readonly op: string;
  readonly args?: readonly Tagged[];
  readonly kwargs?: Readonly<Record<string, Tagged>>;
  readonly result?: Tagged;
  readonly error?: { readonly class: string; readonly message: string };
  /** Something that happened between the operations. */
  readonly note?: string;
  readonly rdb_hex?: string;
  readonly condition_calls?: readonly (readonly [Tagged, Tagged])[];
}

interface Bytes {
  readonly hex: string;
}

export type TraceEntry = { readonly key: Bytes } & (
  | { readonly type: 'string'; readonly value: Bytes }
  | { readonly type: 'zset'; readonly members: readonly { readonly member: Bytes; readonly score: number }[] }
  | { readonly type: 'hash'; readonly fields: readonly (readonly [Bytes, Bytes])[] }
  | { readonly type: 'list'; readonly items: readonly Bytes[] }
);

export interface Scenario {
  readonly name: string;
  readonly ops: readonly TraceOp[];
  readonly pubsub: readonly { readonly channel: Bytes; readonly data: Bytes }[];
  readonly final_state: readonly TraceEntry[];
}

export interface Difference {
  readonly vector: string;
  readonly case: string;
  readonly reason: string;
}

export function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/telstate/${name}`, import.meta.url), 'utf8')) as T;
}

/** Where we differ from the reference on purpose. */
export function differencesOf(vector: string): Map<string, Difference> {
  const url = new URL('../differences/telstate.json', import.meta.url);
  const all = JSON.parse(readFileSync(url, 'utf8')) as Difference[];
  return new Map(all.filter((d) => d.vector === vector).map((difference) => [difference.case, difference]));
}

/** The value that a description stands for, with every bit. */
export function untagged(tagged: Tagged): Value {
  const items = () => (tagged.v as Tagged[]).map(untagged);
  switch (tagged.t) {
    case 'none':
      return null;
    case 'bool':
    case 'str':
      return tagged.v as boolean | string;
    case 'str_surrogate':
      return String.fromCodePoint(...(tagged.codepoints as number[]));
    case 'int':
      return BigInt(tagged.v as string);
    case 'float':
      return Float.fromBits(BigInt(`0x${tagged.be_hex}`));
    case 'complex':
      return Complex.fromBits(BigInt(`0x${tagged.re_hex}`), BigInt(`0x${tagged.im_hex}`));
    case 'bytes':
      return Buffer.from(tagged.hex as string, 'hex');
    case 'list':
      return items();
    case 'tuple':
      return new Tuple(items());
    case 'dict':
      return new Map((tagged.v as [Tagged, Tagged][]).map(([k, v]) => [untagged(k), untagged(v)]));
    case 'ndarray': {
      const data = Buffer.from(tagged.data_hex_c_order as string, 'hex');
      return new NdArray(tagged.dtype as string, tagged.shape as number[], data);
    }
    case 'npscalar':
      return new NpScalar(tagged.dtype as string, Buffer.from(tagged.data_hex as string, 'hex'));
    default:
      throw new Error(`no value for ${JSON.stringify(tagged)}`);
  }
}

/** A value as the hex of its encoding, which tells all values apart; maps in no particular order. */
export function canonical(value: unknown): string {
  if (value instanceof Map) {
    return `{${[...value].map(([k, v]) => `${canonical(k)}:${canonical(v)}`).sort()}}`;
  }
  return Buffer.from(encodeValue(value)).toString('hex');
}

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
