import type { BatchResult, Kind, Operation, Space } from '../store.ts';
import { openSnapshot, type SnapshotOptions } from './snapshot.ts';
import type { SnapshotContent, SnapshotEntry } from './snapshot-entry.ts';
import type { SnapshotSource } from './snapshot-file.ts';

export interface LoadOptions extends SnapshotOptions {
  /** Leaves keys alone that the space has already. */
  readonly onlyMissing?: boolean | undefined;
  /**
   * Leaves values and single fields alone that the space has with other content, lists that it has, and keys of another
   * kind; all else is merged.
   */
  readonly keepDifferent?: boolean | undefined;
  /** Loads the keys of this Redis database only; by default those of all. */
  readonly db?: number | undefined;
  /** The time by which keys are expired; default the clock. */
  readonly nowMs?: (() => number) | undefined;
}

export interface SkippedKey {
  readonly db: number;
  readonly key: Uint8Array;
  /**
   * `foreign`: the store has no such kind of entry (`type` names it). `expired`: its time was over. `exists`: it was
   * there, and only missing keys were asked for. `differs`: it was there
   * with other content, as `keepDifferent` leaves it (of a hash: some fields; the others were merged). `other-kind`: the space holds it as another kind, so that it cannot
   * be merged. `empty`: it has no elements.
   */
  readonly reason: 'foreign' | 'expired' | 'exists' | 'differs' | 'other-kind' | 'empty';
  readonly type?: string | undefined;
}

export interface LoadReport {
  /** Keys that were loaded whole. */
  readonly keys: number;
  /** What was left out: the first thousand of them. */
  readonly skipped: readonly SkippedKey[];
  readonly skippedCount: number;
  /** How many were left out, by reason; those of no key are not there. */
  readonly skippedFor: Readonly<Partial<Record<SkippedKey['reason'], number>>>;
  /** Series, hashes, sets and lists (and single fields) that had a time to expire, and were loaded to stay. */
  readonly loadedToStay: number;
}

const skippedLimit = 1000;
const batchElements = 4096;
const batchBytes = 4 * 1024 * 1024;

/**
 * Loads an RDB file into a space. The whole file is checked first: of a damaged one nothing is loaded. Values and lists
 * replace what the space has under their key; series, hashes and sets are merged into it. No notices are sent. A value
 * keeps its time to expire; other kinds have none in our store and are loaded to stay.
 *
 * It is written in many batches: other processes see the keys appear one after another, and when the store fails on
 * the way, what was written before stays.
 *
 * @throws RdbParseError (ALI_SNAPSHOT) when the file is damaged; ALI_SNAPSHOT when it cannot be read or is overwritten
 * meanwhile; ALI_ABORTED; what the space throws
 * @example
 * const { keys, skippedCount } = await loadSnapshot(space, 'telstate.rdb', { onlyMissing: true });
 */
export async function loadSnapshot(
  space: Space,
  source: SnapshotSource,
  options: LoadOptions = {},
): Promise<LoadReport> {
  const snapshot = await openSnapshot(source, options);
  const loader = new Loader(space, options);
  try {
    for await (const entry of snapshot.entries()) {
      if (options.db === undefined || entry.db === options.db) await loader.add(entry);
    }
    await loader.flush();
    await loader.written;
    return loader.report();
  } finally {
    await loader.written.catch(() => undefined);
    await snapshot.close();
  }
}

class Loader {
  readonly #space: Space;
  readonly #onlyMissing: boolean;
  readonly #keepDifferent: boolean;
  readonly #nowMs: () => number;
  #waiting: SnapshotEntry[] = [];
  #waitingElements = 0;
  #waitingBytes = 0;
  readonly #waitingKeys = new Set<string>();
  #skipping = false;
  #keys = 0;
  #skippedCount = 0;
  readonly #skippedFor: Partial<Record<SkippedKey['reason'], number>> = {};
  #loadedToStay = 0;
  readonly #skipped: SkippedKey[] = [];
  /** A key can be split over batches, one after the other. */
  #lastDifferent: string | undefined;
  #written: Promise<unknown> = Promise.resolve();

  constructor(space: Space, options: LoadOptions) {
    this.#space = space;
    this.#onlyMissing = options.onlyMissing ?? false;
    this.#keepDifferent = options.keepDifferent ?? false;
    this.#nowMs = options.nowMs ?? Date.now;
  }

  /** The batch under way: one is written while the next is read. */
  get written(): Promise<unknown> {
    return this.#written;
  }

  async add(entry: SnapshotEntry): Promise<void> {
    if (entry.part === 0) {
      // A key can come again (other databases, files written in several turns): it must find what it left before.
      const name = Buffer.from(entry.key).toString('latin1');
      if (this.#waitingKeys.has(name)) await this.flush();
      this.#waitingKeys.add(name);
    }
    this.#waiting.push(entry);
    this.#waitingElements += elementCount(entry.content);
    this.#waitingBytes += sizeBytes(entry.content);
    if (this.#waitingElements >= batchElements || this.#waitingBytes >= batchBytes) await this.flush();
  }

  async flush(): Promise<void> {
    const entries = this.#waiting;
    if (entries.length === 0) return;
    this.#waiting = [];
    this.#waitingElements = 0;
    this.#waitingBytes = 0;
    this.#waitingKeys.clear();
    await this.#written;
    const kinds = await this.#kindsInPlace(entries);
    const operations: Operation[] = [];
    const origins: SnapshotEntry[] = [];
    const nowMs = this.#nowMs();
    for (const [i, entry] of entries.entries()) {
      if (entry.part === 0) this.#skipping = this.#skips(entry, kinds[i], nowMs);
      if (this.#skipping) continue;
      this.#write(entry, nowMs, operations);
      while (origins.length < operations.length) origins.push(entry);
    }
    if (operations.length === 0) return;
    const batch = this.#space.batch([], operations);
    this.#written = this.#keepDifferent
      ? batch.then((result) => this.#judge(result, operations, origins))
      : batch;
    this.#written.catch(() => undefined);
  }

  /** Notes what was left as it is because something else was there, each key once. */
  #judge(result: BatchResult, operations: readonly Operation[], origins: readonly SnapshotEntry[]): void {
    if (!result.applied) return;
    for (const [i, { found }] of result.outcomes.entries()) {
      const operation = operations[i];
      const entry = origins[i];
      if (found === undefined || entry === undefined || operation === undefined) continue;
      if (!('value' in operation) || Buffer.compare(found, operation.value) === 0) continue;
      const id = `${entry.db} ${Buffer.from(entry.key).toString('latin1')}`;
      if (id === this.#lastDifferent) continue;
      this.#lastDifferent = id;
      this.#keys--;
      this.#skip(entry, 'differs');
    }
  }

  report(): LoadReport {
    return {
      keys: this.#keys,
      skipped: this.#skipped,
      skippedCount: this.#skippedCount,
      skippedFor: this.#skippedFor,
      loadedToStay: this.#loadedToStay,
    };
  }

  /** What the space holds under the keys of those entries for which it matters. */
  async #kindsInPlace(entries: readonly SnapshotEntry[]): Promise<(Kind | undefined)[]> {
    const kinds: (Kind | undefined)[] = new Array(entries.length);
    const asked = entries.flatMap((entry, i) =>
      entry.part === 0 && (this.#onlyMissing || this.#keepDifferent || merges(entry))
        ? [{ i, key: entry.key }]
        : [],
    );
    if (asked.length === 0) return kinds;
    const found = await this.#space.readMany(asked.map(({ key }) => ({ read: 'kind', key }) as const));
    for (const [n, { i }] of asked.entries()) kinds[i] = found[n];
    return kinds;
  }

  /** Whether the key is left out, which is then noted. */
  #skips(entry: SnapshotEntry, inPlace: Kind | undefined, nowMs: number): boolean {
    const { content, expiresAtMs } = entry;
    if (content.kind === 'other') this.#skip(entry, 'foreign', content.type);
    else if (expiresAtMs !== undefined && expiresAtMs <= nowMs) this.#skip(entry, 'expired');
    else if (isEmpty(entry)) this.#skip(entry, 'empty');
    else if (this.#onlyMissing && inPlace !== undefined) this.#skip(entry, 'exists');
    else if (this.#stays(entry) && inPlace !== undefined && inPlace !== content.kind) {
      this.#skip(entry, 'other-kind', inPlace);
    } else if (this.#keepDifferent && content.kind === 'list' && inPlace !== undefined) {
      this.#skip(entry, 'exists');
    } else {
      this.#keys++;
      if (expiresAtMs !== undefined && content.kind !== 'value') this.#loadedToStay++;
      return false;
    }
    return true;
  }

  /** Whether what the space has under the key stays, and must be of the same kind. */
  #stays(entry: SnapshotEntry): boolean {
    return this.#keepDifferent || merges(entry);
  }

  #skip({ db, key }: SnapshotEntry, reason: SkippedKey['reason'], type?: string): void {
    this.#skippedCount++;
    this.#skippedFor[reason] = (this.#skippedFor[reason] ?? 0) + 1;
    if (this.#skipped.length < skippedLimit) {
      this.#skipped.push({ db, key: key.slice(), reason, ...(type !== undefined && { type }) });
    }
  }

  #write(entry: SnapshotEntry, nowMs: number, operations: Operation[]): void {
    const { key, content, expiresAtMs } = entry;
    const onlyIfAbsent = this.#onlyMissing || this.#keepDifferent;
    switch (content.kind) {
      case 'value': {
        const expireMs = expiresAtMs === undefined ? undefined : expiresAtMs - nowMs;
        operations.push({ do: 'set', key, value: content.value, expireMs, onlyIfAbsent });
        break;
      }
      case 'series':
        operations.push({ do: 'add', key, members: content.members });
        break;
      case 'set':
        operations.push({ do: 'set-add', key, members: content.members });
        break;
      case 'list':
        if (entry.part === 0) operations.push({ do: 'delete', key });
        operations.push({ do: 'push', key, items: content.items });
        break;
      case 'hash':
        for (const [i, [field, value]] of content.fields.entries()) {
          const fieldExpiresAtMs = content.fieldsExpireAtMs?.[i];
          if (fieldExpiresAtMs !== undefined) {
            if (fieldExpiresAtMs <= nowMs) continue;
            this.#loadedToStay++;
          }
          operations.push({ do: 'set-field', key, field, value, onlyIfAbsent: this.#keepDifferent });
        }
        break;
      default:
        break;
    }
  }
}

/** Whether the key is of a kind that is merged with what the space has. */
function merges({ content: { kind } }: SnapshotEntry): boolean {
  return kind === 'series' || kind === 'hash' || kind === 'set';
}

function isEmpty({ content, more }: SnapshotEntry): boolean {
  return !more && elementCount(content) === 0;
}

function elementCount(content: SnapshotContent): number {
  switch (content.kind) {
    case 'hash':
      return content.fields.length;
    case 'list':
      return content.items.length;
    case 'series':
    case 'set':
      return content.members.length;
    default:
      return 1;
  }
}

function sizeBytes(content: SnapshotContent): number {
  const sum = (elements: readonly Uint8Array[]): number => elements.reduce((n, each) => n + each.length, 0);
  switch (content.kind) {
    case 'value':
      return content.value.length;
    case 'hash':
      return content.fields.reduce((n, [field, value]) => n + field.length + value.length, 0);
    case 'list':
      return sum(content.items);
    case 'series':
    case 'set':
      return sum(content.members);
    default:
      return 0;
  }
}
