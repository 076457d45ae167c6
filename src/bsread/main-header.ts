import { JsonFault, type JsonObject, parseExactObject, parseObject } from './json.ts';

/** The first frame of a message. */
export interface MainHeader {
  readonly pulseId: bigint;
  /** Nanoseconds of Unix time; undefined where the header has none, or none that is whole. */
  readonly globalTimestampNs: bigint | undefined;
  /** Of the data header, as the sender computed it. */
  readonly hash: string;
  /** How the data header is compressed, as sent; `none` when it does not say. */
  readonly dataHeaderCompression: string;
  /** Every key as sent. */
  readonly raw: JsonObject;
}

const maxFrameBytes = 64 * 1024;

/** @throws JsonFault */
export function parseMainHeader(frame: Uint8Array): MainHeader {
  if (frame.length > maxFrameBytes) throw new JsonFault(`it has ${frame.length} bytes`);
  let raw = parseObject(frame);
  if (!Number.isSafeInteger(raw.pulse_id) && typeof raw.pulse_id === 'number') raw = parseExactObject(frame);
  const { hash, dh_compression: compression = 'none' } = raw;
  if (typeof hash !== 'string') throw new JsonFault('it has no hash');
  return {
    pulseId: pulseIdOf(raw),
    globalTimestampNs: globalTimestampOf(raw),
    hash,
    dataHeaderCompression: typeof compression === 'string' ? compression : String(compression),
    raw,
  };
}

function pulseIdOf({ pulse_id: id }: JsonObject): bigint {
  if (typeof id === 'number' && Number.isSafeInteger(id)) return BigInt(id);
  if (typeof id === 'bigint' && BigInt.asIntN(64, id) === id) return id;
  throw new JsonFault(id === undefined ? 'it has no pulse_id' : 'its pulse_id is no integer of 64 bits');
}

function globalTimestampOf({ global_timestamp: time }: JsonObject): bigint | undefined {
  if (typeof time !== 'object' || time === null) return undefined;
  const { sec, epoch, ns } = time as JsonObject;
  const seconds = sec ?? epoch;
  if (!Number.isSafeInteger(seconds) || !Number.isSafeInteger(ns)) return undefined;
  return BigInt(seconds as number) * 1_000_000_000n + BigInt(ns as number);
}
