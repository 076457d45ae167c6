import { maxKeyBytes } from '../key.ts';
import { type ByteWindow, short } from './byte-window.ts';
import { readLength, readSigned64, readString, type Steps } from './collections.ts';
import { skipModuleItems } from './foreign-values.ts';
import { Damage } from './rdb-parse-error.ts';
import { readValue } from './value.ts';

/** What stands between the values of a file (redis/src/rdb.h): facts about the next key, the database or the file. */
const opcode = {
  slotInfo: 244,
  function: 245,
  functionPreRelease: 246,
  moduleAux: 247,
  idle: 248,
  frequency: 249,
  aux: 250,
  resizeDb: 251,
  expiresAtMs: 252,
  expiresAtSeconds: 253,
  selectDb: 254,
  end: 255,
} as const;

export const newestVersion = 12;

export interface WalkResult {
  readonly version: number;
  /** Of the whole file up to its end mark, whether the file has a checksum or not. */
  readonly checksum: { readonly low: number; readonly high: number };
}

/**
 * Goes once through a file from its first byte to its checksum, and gives its keys in order. What it gives before it
 * ends is not yet sure: damage may follow, and a sorted set may turn out to be foreign after parts of it were given
 * (its last part says so).
 *
 * @param isForeign says of a key, counted from 0, that an earlier walk found it to be foreign.
 * @throws Damage
 */
export function* walk(window: ByteWindow, isForeign: (index: number) => boolean): Steps<WalkResult> {
  const version = yield* readVersion(window);
  let db = 0;
  let expiresAtMs: number | undefined;
  for (let index = 0; ; ) {
    const type = yield* readByte(window);
    switch (type) {
      case opcode.end:
        return { version, checksum: yield* readChecksum(window, version) };
      case opcode.selectDb:
        db = yield* readLength(window);
        break;
      case opcode.expiresAtMs:
        expiresAtMs = yield* readSigned64(window);
        break;
      case opcode.expiresAtSeconds:
        expiresAtMs = (yield* readSigned32(window)) * 1000;
        break;
      case opcode.idle:
        yield* readLength(window);
        break;
      case opcode.frequency:
        yield* readByte(window);
        break;
      case opcode.resizeDb:
        yield* readLength(window);
        yield* readLength(window);
        break;
      case opcode.slotInfo:
        for (let i = 0; i < 3; i++) yield* readLength(window);
        break;
      case opcode.aux:
        yield* readString(window);
        yield* readString(window);
        break;
      case opcode.function:
        yield* readString(window);
        break;
      case opcode.functionPreRelease:
        throw new Damage('it holds functions of a pre-release of Redis 7, which cannot be passed over');
      case opcode.moduleAux:
        // The module's id and when it wants to be loaded, the latter with its type.
        for (let i = 0; i < 3; i++) yield* readLength(window);
        yield* skipModuleItems(window);
        break;
      default: {
        const key = yield* readString(window);
        const reason = key.length > maxKeyBytes ? `key longer than ${maxKeyBytes} bytes` : isForeign(index);
        yield* readValue(
          window,
          type,
          { db, key, ...(expiresAtMs !== undefined && { expiresAtMs }) },
          reason,
        );
        expiresAtMs = undefined;
        index++;
      }
    }
  }
}

function* readVersion(window: ByteWindow): Steps<number> {
  for (const letter of Buffer.from('REDIS')) {
    if ((yield* readByte(window)) !== letter) throw new Damage('it does not begin with REDIS', 0);
  }
  let header = window.raw(4);
  while (header === undefined) {
    yield;
    header = window.raw(4);
  }
  const digits = Buffer.from(header).toString('latin1');
  if (!/^\d{4}$/.test(digits)) throw new Damage(`its version is ${JSON.stringify(digits)}, not four digits`);
  const version = Number(digits);
  if (version < 1 || version > newestVersion) {
    throw new Damage(`its version is ${version}, and versions 1 to ${newestVersion} can be read`);
  }
  return version;
}

/** The checksum stands after the end mark since version 5; all zero says that the writer made none. */
function* readChecksum(window: ByteWindow, version: number): Steps<WalkResult['checksum']> {
  const crc = window.crc();
  const checksum = { low: crc.low, high: crc.high };
  if (version < 5) return checksum;
  let stored = window.raw(8);
  while (stored === undefined) {
    yield;
    stored = window.raw(8);
  }
  const view = new DataView(stored.buffer, stored.byteOffset, 8);
  const low = view.getUint32(0, true);
  const high = view.getUint32(4, true);
  if ((low !== 0 || high !== 0) && (low !== checksum.low || high !== checksum.high)) {
    throw new Damage('its checksum does not fit its content');
  }
  return checksum;
}

function* readByte(window: ByteWindow): Steps<number> {
  for (;;) {
    const byte = window.byte();
    if (byte !== short) return byte;
    yield;
  }
}

function* readSigned32(window: ByteWindow): Steps<number> {
  for (;;) {
    const value = window.signed32();
    if (value !== undefined) return value;
    yield;
  }
}
