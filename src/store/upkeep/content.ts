import { createHash, hash } from 'node:crypto';
import { seriesPages } from '../rdb/series-pages.ts';
import type { Kind, Space } from '../store.ts';

export type CopiedKind = Exclude<Kind, 'other'>;

/** Some of what a key holds. */
export interface Part {
  readonly kind: CopiedKind;
  /** The value, members or items; of a hash each field and then its value. */
  readonly elements: readonly Uint8Array[];
  /** Milliseconds until the key expires; undefined where it never does. */
  readonly expiryMs: number | undefined;
  /** How much of the key was given with this part: 0 to 1. */
  readonly portion: number;
}

/**
 * What a key holds, in parts. Values, hashes, sets and lists are one part, as of one moment; a long series comes in pages
 * of about a megabyte, up to what was its last member at the first. Nothing where the key is gone.
 *
 * @returns `'other'` where it is of a kind that only Redis has
 */
export async function* contentOf(space: Space, key: Uint8Array): AsyncGenerator<Part, 'other' | undefined> {
  const [entry, members, items, expiryMs] = await space.readMany([
    { read: 'entry', key },
    { read: 'members', key },
    { read: 'items', key },
    { read: 'expiry', key },
  ]);
  const whole = (kind: CopiedKind, elements: readonly Uint8Array[]): Part => ({
    kind,
    elements,
    expiryMs,
    portion: 1,
  });
  switch (entry?.kind) {
    case undefined:
      return undefined;
    case 'value':
      yield whole('value', [entry.value]);
      return undefined;
    case 'hash':
      yield whole('hash', entry.fields.flat());
      return undefined;
    case 'set':
      yield whole('set', members);
      return undefined;
    case 'list':
      yield whole('list', items);
      return undefined;
    case 'series':
      for await (const page of seriesPages(space, key, entry.last.length)) {
        yield { kind: 'series', elements: page.members, expiryMs, portion: page.portion };
      }
      return undefined;
    default:
      return 'other';
  }
}

/** What tells two contents apart, in a few bytes. */
export interface Summary {
  readonly kind: CopiedKind;
  readonly count: number;
  readonly bytes: number;
  /** SHA-256 of what it holds; of fields and members of a set the sum of theirs, which come in no order. */
  readonly checksum: string;
  readonly expires: boolean;
}

/** Sums up the parts of one key. */
export class Summing {
  readonly #ordered = createHash('sha256');
  #sum = 0n;
  #kind: CopiedKind | undefined;
  #count = 0;
  #bytes = 0;
  #expires = false;

  add({ kind, elements, expiryMs }: Part): void {
    this.#kind = kind;
    this.#expires = expiryMs !== undefined;
    const perElement = kind === 'hash' ? 2 : 1;
    this.#count += elements.length / perElement;
    for (const element of elements) this.#bytes += element.length;
    if (kind !== 'hash' && kind !== 'set') this.#ordered.update(framed(elements));
    else {
      for (let i = 0; i < elements.length; i += perElement) {
        const digest = hash('sha256', framed(elements.slice(i, i + perElement)), 'hex');
        this.#sum = BigInt.asUintN(256, this.#sum + BigInt(`0x${digest}`));
      }
    }
  }

  /** Undefined where there was no key. */
  end(): Summary | undefined {
    if (this.#kind === undefined) return undefined;
    const isOrdered = this.#kind !== 'hash' && this.#kind !== 'set';
    return {
      kind: this.#kind,
      count: this.#count,
      bytes: this.#bytes,
      checksum: isOrdered ? this.#ordered.digest('hex') : this.#sum.toString(16).padStart(64, '0'),
      expires: this.#expires,
    };
  }
}

/** Each element after its length, so that no two lists of elements give the same bytes. */
function framed(elements: readonly Uint8Array[]): Buffer {
  const out = Buffer.allocUnsafe(elements.reduce((sum, { length }) => sum + 4 + length, 0));
  let at = 0;
  for (const element of elements) {
    out.writeUInt32BE(element.length, at);
    out.set(element, at + 4);
    at += 4 + element.length;
  }
  return out;
}

export async function summaryOf(space: Space, key: Uint8Array): Promise<Summary | undefined> {
  const summing = new Summing();
  for await (const part of contentOf(space, key)) summing.add(part);
  return summing.end();
}

export function isSame(a: Summary | undefined, b: Summary | undefined): boolean {
  return (
    a?.kind === b?.kind && a?.count === b?.count && a?.checksum === b?.checksum && a?.expires === b?.expires
  );
}
