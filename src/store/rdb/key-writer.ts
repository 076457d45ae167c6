import type { Entry, Space } from '../store.ts';
import type { RdbEncoder } from './rdb-encoder.ts';
import { seriesPages } from './series-pages.ts';
import type { Spool } from './spool.ts';

/** What a key holds and when it expires, as of one moment. */
export interface Head {
  readonly entry: Entry | undefined;
  /** Unix milliseconds. */
  readonly expiresAtMs: number | undefined;
}

export async function readHead(space: Space, key: Uint8Array, nowMs: () => number): Promise<Head> {
  const [entry, expiryMs] = await space.readMany([
    { read: 'entry', key },
    { read: 'expiry', key },
  ]);
  return { entry, expiresAtMs: expiryMs === undefined ? undefined : Math.ceil(nowMs() + expiryMs) };
}

/** Type bytes of the plain encodings, which every reader since RDB version 1 knows. */
const typeByte = { value: 0, list: 1, set: 2, series: 3, hash: 4 } as const;
const expiresAtOpcode = 0xfc;
/** A member's score: text of one byte, `0`. */
const scoreLength = 1;
const scoreZero = 0x30;

export interface KeyWriterOptions {
  /** Waits for a read of the space, and gives up where the whole is given up. */
  readonly read: <T>(reading: Promise<T>) => Promise<T>;
  /** Told after each part of a long series what portion of it is done; other work may be let in before it resolves. */
  readonly onPart: (portion: number, bytesAside: number) => Promise<void>;
}

/** Writes single keys with all they hold. A long series is kept aside until its members are counted. */
export class KeyWriter {
  readonly #out: RdbEncoder;
  readonly #aside: RdbEncoder;
  readonly #spool: Spool;
  readonly #options: KeyWriterOptions;

  /** @param aside writes into `spool` */
  constructor(out: RdbEncoder, aside: RdbEncoder, spool: Spool, options: KeyWriterOptions) {
    this.#out = out;
    this.#aside = aside;
    this.#spool = spool;
    this.#options = options;
  }

  /** Writes the key, or nothing where it is gone since its head was read. @returns whether it was there */
  async write(space: Space, key: Uint8Array, head: Head): Promise<boolean> {
    const { entry } = head;
    switch (entry?.kind) {
      case 'value':
        await this.#begin(key, 'value', head);
        await this.#out.string(entry.value);
        return true;
      case 'hash':
        await this.#begin(key, 'hash', head, entry.fields.length);
        for (const [field, value] of entry.fields) {
          await this.#out.string(field);
          await this.#out.string(value);
        }
        return true;
      case 'series':
        return this.#writeSeries(space, key, head, entry.last.length);
      case 'set': {
        const members = await this.#options.read(space.read({ read: 'members', key }));
        return this.#writeElements(key, 'set', head, members);
      }
      case 'list': {
        const items = await this.#options.read(space.read({ read: 'items', key }));
        return this.#writeElements(key, 'list', head, items);
      }
      default:
        return false;
    }
  }

  async #writeElements(
    key: Uint8Array,
    kind: 'set' | 'list',
    head: Head,
    elements: readonly Uint8Array[],
  ): Promise<boolean> {
    if (elements.length === 0) return false;
    await this.#begin(key, kind, head, elements.length);
    for (const element of elements) {
      const full = this.#out.string(element);
      if (full !== undefined) await full;
    }
    return true;
  }

  async #writeSeries(space: Space, key: Uint8Array, head: Head, memberBytes: number): Promise<boolean> {
    const { read, onPart } = this.#options;
    const pages = seriesPages(space, key, memberBytes);
    const asideBefore = this.#aside.sizeBytes;
    let count = 0;
    for (;;) {
      const page = await read(pages.next());
      if (page.done === true) break;
      const { members, portion, last } = page.value;
      if (count === 0 && last) {
        await this.#begin(key, 'series', head, members.length);
        await writeMembers(this.#out, members);
        return true;
      }
      await writeMembers(this.#aside, members);
      count += members.length;
      await onPart(portion, this.#aside.sizeBytes - asideBefore);
    }
    if (count === 0) return false;
    await this.#aside.flush();
    await this.#begin(key, 'series', head, count);
    await this.#spool.moveTo({
      write: async (bytes) => {
        await this.#out.raw(bytes);
        await onPart(1, 0);
      },
    });
    return true;
  }

  async #begin(key: Uint8Array, kind: keyof typeof typeByte, head: Head, count?: number): Promise<void> {
    if (head.expiresAtMs !== undefined) {
      this.#out.byte(expiresAtOpcode);
      this.#out.time(head.expiresAtMs);
    }
    this.#out.byte(typeByte[kind]);
    await this.#out.string(key);
    if (count !== undefined) this.#out.length(count);
  }
}

async function writeMembers(encoder: RdbEncoder, members: readonly Uint8Array[]): Promise<void> {
  for (const member of members) {
    const full = encoder.string(member);
    if (full !== undefined) await full;
    encoder.byte(scoreLength);
    encoder.byte(scoreZero);
  }
}
