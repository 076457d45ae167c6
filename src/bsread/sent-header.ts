import { createHash } from 'node:crypto';
import { type ChannelType, type Compression, type Encoding, itemBytesOf } from './channel-type.ts';
import { compress } from './compression/index.ts';
import type { Json, JsonObject } from './json.ts';
import { pythonJson } from './python-json.ts';

/** A channel as it is to be declared. What is not said is what receivers take for it. */
export interface ChannelSpec {
  readonly name: string;
  /** `float64` */
  readonly type?: ChannelType | undefined;
  /** As on the wire, the fastest dimension first: `[1280, 1024]` for 1024 rows of 1280. `[1]`, a scalar. */
  readonly shape?: readonly number[] | undefined;
  /** `little` */
  readonly encoding?: Encoding | undefined;
  /** That of the sender. */
  readonly compression?: Compression | undefined;
  /** Told to receivers; what to send with which pulse is up to the caller. */
  readonly modulo?: number | undefined;
  readonly offset?: number | undefined;
  /** Anything else is passed on as it is, such as `precision` or `unit`. */
  readonly [key: string]: Json | undefined;
}

/** {@link ChannelSpec} with nothing left open. */
export interface SentChannel {
  readonly name: string;
  readonly type: ChannelType;
  readonly shape: readonly number[];
  readonly encoding: Encoding;
  readonly compression: Compression;
  /** Its object in the header, keys in their order. */
  readonly declared: JsonObject;
}

/** The second frame and its hash, which are sent again and again while the channels do not change. */
export interface SentHeader {
  readonly frame: Uint8Array;
  readonly hash: string;
}

export function sentChannel(spec: ChannelSpec, preset: Compression): SentChannel {
  const { name, type = 'float64', shape = [1], encoding = 'little', compression = preset, ...rest } = spec;
  return {
    name,
    type,
    shape,
    encoding,
    compression,
    declared: { name, type, shape, encoding, ...(compression === 'none' ? {} : { compression }), ...rest },
  };
}

export function encodeDataHeader(channels: readonly SentChannel[], compression: Compression): SentHeader {
  const json = pythonJson({ htype: 'bsr_d-1.1', channels: channels.map(({ declared }) => declared) });
  const plain = new TextEncoder().encode(json);
  const form = { elementBytes: itemBytesOf.string, byteOrder: 'little' } as const;
  const frame = compression === 'none' ? plain : compress(plain, { compression, ...form });
  return { frame, hash: createHash('md5').update(frame).digest('hex') };
}
