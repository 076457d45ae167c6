import { crc32 } from 'node:zlib';
import { ByteReader, ByteWriter } from './bytes.ts';
import type { NoticeSink, Written } from './notice-sink.ts';
import { type Reads, successor } from './reads.ts';

/** A payload above this stands in the ring as a reference to what was written. */
const maxPayloadBytes = 4096;
/** How much of a member goes into a reference, to find the member by. */
const headBytes = 256;

const form = { payload: 0, written: 1 } as const;
const kinds = ['value', 'hash', 'series', 'set', 'list'] as const;

/** Packs the notices of one transaction into the blob that is one row of the ring. */
export class PackedNotices implements NoticeSink {
  #packed = new ByteWriter();
  #count = 0;
  #marks: number[] = [];

  get mark(): number {
    return this.#count;
  }

  payload(channel: Uint8Array, payload: Uint8Array): void {
    this.#begin(channel, form.payload);
    this.#packed.bytes(payload);
  }

  written(channel: Uint8Array, prefix: Uint8Array, write: Written): void {
    const { bytes } = write;
    // What is pushed or put into a set may be gone at once, so only what stays is referred to.
    const stays = write.kind !== 'list' && write.kind !== 'set';
    if (prefix.length + bytes.length <= maxPayloadBytes || !stays) {
      this.#begin(channel, form.payload);
      this.#packed.u32(prefix.length + bytes.length);
      this.#packed.raw(prefix);
      this.#packed.raw(bytes);
      return;
    }
    this.#begin(channel, form.written);
    this.#packed.bytes(prefix);
    this.#packed.u8(kinds.indexOf(write.kind));
    this.#packed.bytes(write.key);
    this.#packed.bytes(write.field ?? bytes.subarray(0, headBytes));
    this.#packed.u32(bytes.length);
    this.#packed.u32(crc32(bytes));
  }

  rewind(mark: number): void {
    if (mark === this.#count) return;
    this.#packed.truncate(this.#marks[mark] as number);
    this.#marks.length = mark;
    this.#count = mark;
  }

  /** The row of what was packed since the last call; undefined where there was nothing. */
  take(): { count: number; notices: Uint8Array } | undefined {
    if (this.#count === 0) return undefined;
    const row = { count: this.#count, notices: this.#packed.take() };
    this.#count = 0;
    this.#marks = [];
    return row;
  }

  #begin(channel: Uint8Array, as: number): void {
    this.#marks.push(this.#packed.length);
    this.#count++;
    this.#packed.bytes(channel);
    this.#packed.u8(as);
  }
}

export interface NoticeReceiver {
  wants(channel: Uint8Array): boolean;
  publish(channel: Uint8Array, payload: Uint8Array): void;
}

/**
 * Hands on the notices of one row of the ring. A reference is resolved from what the store holds now: where a value was
 * replaced since, the newer one is given; where it is gone, the notice is dropped, as nobody could read it either.
 */
export function unpackNotices(notices: Uint8Array, reads: Reads, receiver: NoticeReceiver): void {
  for (const packed = new ByteReader(notices); !packed.done; ) {
    const channel = packed.bytes();
    if (packed.u8() === form.payload) {
      const payload = packed.bytes();
      // Copies, so that one notice that waits in a queue does not keep its whole row in memory.
      if (receiver.wants(channel)) receiver.publish(new Uint8Array(channel), new Uint8Array(payload));
      continue;
    }
    const prefix = packed.bytes();
    const reference = {
      kind: kinds[packed.u8()],
      key: packed.bytes(),
      part: packed.bytes(),
      sizeBytes: packed.u32(),
      crc: packed.u32(),
    };
    if (!receiver.wants(channel)) continue;
    const bytes = resolve(reference, reads);
    if (bytes !== undefined) receiver.publish(new Uint8Array(channel), Buffer.concat([prefix, bytes]));
  }
}

interface Reference {
  kind: (typeof kinds)[number] | undefined;
  key: Uint8Array;
  /** The field, or the beginning of the member. */
  part: Uint8Array;
  sizeBytes: number;
  crc: number;
}

function resolve({ kind, key, part, sizeBytes, crc }: Reference, reads: Reads): Uint8Array | undefined {
  if (kind === 'value') return reads.read({ read: 'value', key });
  if (kind === 'hash') return reads.read({ read: 'field', key, field: part });
  const end = successor(part);
  const candidates = reads.read({
    read: 'range',
    key,
    min: { at: part, inclusive: true },
    ...(end && { max: { at: end, inclusive: false } }),
  });
  return candidates.find((member) => member.length === sizeBytes && crc32(member) === crc);
}
