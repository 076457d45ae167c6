import { maxKeyBytes } from '../key.ts';
import type { Field } from '../store.ts';
import type { SnapshotContent, SnapshotEntry } from './snapshot-entry.ts';

const scoredSet = 'sorted set with scores';
const longField = `hash with a field longer than ${maxKeyBytes} bytes`;

const partElements = 1024;
const partBytes = 1024 * 1024;

export type KeyHead = Pick<SnapshotEntry, 'db' | 'key' | 'expiresAtMs'>;

/** Gathers the elements of one key into entries of bounded size. */
export class Parts {
  readonly #head: KeyHead;
  readonly #kind: 'series' | 'hash' | 'set' | 'list';
  #elements: Uint8Array[] = [];
  #fields: Field[] = [];
  #expiries: (number | undefined)[] = [];
  #count = 0;
  #bytes = 0;
  #part = 0;
  #foreign: string | undefined;

  constructor(head: KeyHead, kind: 'series' | 'hash' | 'set' | 'list') {
    this.#head = head;
    this.#kind = kind;
  }

  /** Whether a part must be taken before the next element is added. */
  get full(): boolean {
    return this.#count >= partElements || this.#bytes >= partBytes;
  }

  /** Whether nothing more is gathered, so that the rest of a block need not be looked at. */
  get foreign(): boolean {
    return this.#foreign !== undefined;
  }

  /** From here on the key is one that the store cannot hold, and nothing more of it is gathered. */
  becomeForeign(type = this.#kind === 'series' ? scoredSet : longField): void {
    this.#foreign = type;
    this.#clear();
  }

  add(element: Uint8Array): void {
    if (this.#foreign !== undefined) return;
    this.#elements.push(element);
    this.#count++;
    this.#bytes += element.length;
  }

  addField(field: Uint8Array, value: Uint8Array): void {
    if (this.#foreign !== undefined) return;
    this.#fields.push([field, value]);
    this.#count++;
    this.#bytes += field.length + value.length;
  }

  addExpiringField(field: Uint8Array, value: Uint8Array, expiresAtMs: number | undefined): void {
    this.addField(field, value);
    if (this.#foreign === undefined) this.#expiries.push(expiresAtMs);
  }

  /** What was gathered, as an entry. */
  take(more: boolean): SnapshotEntry {
    const entry = { ...this.#head, content: this.#content(), part: this.#part++, more };
    this.#clear();
    return entry;
  }

  #content(): SnapshotContent {
    if (this.#foreign !== undefined) return { kind: 'other', type: this.#foreign };
    switch (this.#kind) {
      case 'hash':
        return this.#expiries.length === 0
          ? { kind: 'hash', fields: this.#fields }
          : { kind: 'hash', fields: this.#fields, fieldsExpireAtMs: this.#expiries };
      case 'list':
        return { kind: 'list', items: this.#elements };
      default:
        return { kind: this.#kind, members: this.#elements };
    }
  }

  #clear(): void {
    this.#elements = [];
    this.#fields = [];
    this.#expiries = [];
    this.#count = 0;
    this.#bytes = 0;
  }
}
