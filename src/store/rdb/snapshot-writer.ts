import { setImmediate } from 'node:timers/promises';
import { AlidadeError } from '../../shared/errors.ts';
import { untilAborted } from '../../shared/until-aborted.ts';
import { type Key, keyBytes } from '../key.ts';
import type { Space } from '../store.ts';
import { Crc64 } from './crc64.ts';
import { type Head, KeyWriter, readHead } from './key-writer.ts';
import { RdbEncoder } from './rdb-encoder.ts';
import { type OpenTarget, openTarget, type SnapshotTarget } from './snapshot-target.ts';
import { Spool } from './spool.ts';

export interface WriteProgress {
  /** Keys of this save that are done, and all of them. */
  readonly keys: number;
  readonly totalKeys: number;
  /** How much of this save is done, 0 to 1, counted in keys; of a long series the part that was read counts. */
  readonly portion: number;
  /** Size of the file so far. */
  readonly bytes: number;
}

export interface SnapshotWriterOptions {
  /** Called for each key, and about every megabyte. */
  readonly onProgress?: ((progress: WriteProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How errors name the target, where it is not a path. */
  readonly filename?: string | undefined;
  /** The time from which the rest of a key's life is counted; default the clock. */
  readonly nowMs?: (() => number) | undefined;
}

export interface FailedKey {
  readonly key: Uint8Array;
  /**
   * `missing`: there was no such key when its turn came. `foreign`: it holds what no store has (a Redis stream, say).
   * `twice`: an earlier save wrote a key of this name, and Redis loads no file that has one twice.
   */
  readonly reason: 'missing' | 'foreign' | 'twice';
}

/** Version 6 (Redis 2.6), which the reference writes too, has all that is used here, the checksum included. Database 0. */
const header = Buffer.from('REDIS0006\xfe\0', 'latin1');
const endOpcode = 0xff;

/** Heads of keys that are read while those before are written. */
const keysAhead = 4;
const failedLimit = 1000;
/** So long other work waits where neither store nor disk needs to be waited for. */
const longestTurnMs = 10;

/**
 * Writes keys of one space or of several into one RDB file, which redis-server, katsdptelstate and `loadSnapshot` load.
 *
 * The file is there under its name, whole and on disk, when {@link close} has resolved. Before that, and for ever if
 * anything fails, a file that stood there stays as it was; a process that is killed leaves at most a file `….part`
 * beside it. A stream is written to as it goes, and what was cut off has no valid end.
 *
 * The store may be written to meanwhile. Each value, hash, set, list, and each series of less than about a megabyte, is
 * written as it was at one moment during the save. A longer series is read from its first member to what was its last
 * when its turn came: all that stayed in it meanwhile is there; of what was trimmed, or added before that last member,
 * each member is there or not.
 *
 * In memory are a few megabytes and up to five of the largest values, hashes, sets or lists at a time. A long series
 * takes its room on disk twice while it is written, beside the file (of a stream: in the temporary folder).
 *
 * @example
 * await using writer = await SnapshotWriter.open('night.rdb');
 * await writer.save(space, ['observer', 'wind_speed']);
 * await writer.close();
 * console.log(writer.keysWritten, writer.keysFailed);
 */
export class SnapshotWriter implements AsyncDisposable {
  readonly filename: string;
  readonly #target: OpenTarget;
  readonly #options: SnapshotWriterOptions;
  readonly #crc = new Crc64();
  readonly #encoder: RdbEncoder;
  readonly #spool: Spool;
  readonly #keyWriter: KeyWriter;
  readonly #written = new Set<string>();
  readonly #failed: FailedKey[] = [];
  #keysFailed = 0;
  #progress = { keys: 0, totalKeys: 0 };
  #freeAt = 0;
  #turn: Promise<void> = Promise.resolve();
  /** Why nothing more can be written. */
  #end: { readonly error: unknown } | undefined;

  private constructor(target: OpenTarget, options: SnapshotWriterOptions) {
    this.filename = target.name;
    this.#target = target;
    this.#options = options;
    this.#encoder = new RdbEncoder(target, this.#crc);
    this.#spool = new Spool(target.name, target.spoolFolder);
    this.#keyWriter = new KeyWriter(this.#encoder, new RdbEncoder(this.#spool), this.#spool, {
      read: (reading) => this.#read(reading),
      onPart: (portion, bytesAside) => this.#report(portion, bytesAside),
    });
  }

  /** @throws ALI_FILE_NOT_WRITTEN when the path cannot be written */
  static async open(target: SnapshotTarget, options: SnapshotWriterOptions = {}): Promise<SnapshotWriter> {
    return new SnapshotWriter(await openTarget(target, options), options);
  }

  get keysWritten(): number {
    return this.#written.size;
  }

  /** Keys that were asked for, or listed by the space, and are not in the file. */
  get keysFailed(): number {
    return this.#keysFailed;
  }

  /** The first thousand of them. */
  get failed(): readonly FailedKey[] {
    return this.#failed;
  }

  get sizeBytes(): number {
    return this.#encoder.sizeBytes;
  }

  /**
   * Adds keys of a space: all of them, those that match a glob, or those of a list (each once). A key that cannot be
   * written is counted, and nothing is thrown. Saves of one writer are done one after another.
   *
   * @throws ALI_FILE_NOT_WRITTEN, ALI_ABORTED, ALI_KEY, and what the space throws: the file is given up then
   */
  save(space: Space, keys?: Key | readonly Key[]): Promise<void> {
    return this.#inTurn(async () => {
      const isOneGlob = keys === undefined || typeof keys === 'string' || keys instanceof Uint8Array;
      const listed = isOneGlob ? await this.#read(space.keys(keys)) : keys.map(keyBytes);
      await this.#saveKeys(space, withoutRepeats(listed));
    });
  }

  /**
   * Ends the file and puts it under its name. Where no key was written there is no new file: what stood there stays, and
   * a stream got nothing.
   *
   * @throws ALI_FILE_NOT_WRITTEN; what a save threw before
   */
  close(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.keysWritten === 0) await this.#target.discard();
      else {
        this.#encoder.byte(endOpcode);
        await this.#encoder.checksum(this.#crc);
        await this.#target.complete();
      }
      await this.#spool.close();
      this.#end = { error: new AlidadeError('ALI_USAGE', `the snapshot ${this.filename} is closed already`) };
    });
  }

  /** Gives the file up, unless it was closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turn;
    if (this.#end !== undefined) return;
    this.#end = { error: new AlidadeError('ALI_USAGE', `the snapshot ${this.filename} was given up`) };
    await this.#giveUp();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(async () => {
      if (this.#end !== undefined) throw this.#end.error;
      try {
        await work();
      } catch (error) {
        this.#end = { error };
        await this.#giveUp();
        throw error;
      }
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #giveUp(): Promise<void> {
    await this.#spool.close();
    await this.#target.discard();
  }

  async #saveKeys(space: Space, keys: readonly Uint8Array[]): Promise<void> {
    const { nowMs = Date.now } = this.#options;
    const readAgain = (key: Uint8Array) => this.#read(readHead(space, key, nowMs));
    const heads: Promise<Head>[] = [];
    this.#freeAt = performance.now() + longestTurnMs;
    for (const [done, key] of keys.entries()) {
      for (const ahead of keys.slice(done + heads.length, done + 1 + keysAhead)) {
        const head = readAgain(ahead);
        head.catch(() => undefined);
        heads.push(head);
      }
      this.#progress = { keys: done, totalKeys: keys.length };
      await this.#report(0, 0);
      await this.#saveKey(space, key, (await heads.shift()) as Head, readAgain);
    }
    this.#progress = { keys: keys.length, totalKeys: keys.length };
    await this.#report(0, 0);
  }

  async #saveKey(
    space: Space,
    key: Uint8Array,
    firstHead: Head,
    readAgain: (key: Uint8Array) => Promise<Head>,
  ): Promise<void> {
    const name = Buffer.from(key).toString('latin1');
    if (this.#written.has(name)) return this.#fail(key, 'twice');
    if (this.#encoder.sizeBytes === 0) for (const byte of header) this.#encoder.byte(byte);
    // Where a key became another kind between the two reads that it takes, it is looked at afresh.
    for (let head = firstHead, tries = 3; tries > 0; tries--, head = await readAgain(key)) {
      if (head.entry === undefined) break;
      if (head.entry.kind === 'other') return this.#fail(key, 'foreign');
      if (await this.#keyWriter.write(space, key, head)) {
        this.#written.add(name);
        return;
      }
    }
    this.#fail(key, 'missing');
  }

  #fail(key: Uint8Array, reason: FailedKey['reason']): void {
    this.#keysFailed++;
    if (this.#failed.length < failedLimit) this.#failed.push({ key: Uint8Array.from(key), reason });
  }

  #read<T>(reading: Promise<T>): Promise<T> {
    return untilAborted(() => reading, this.#options.signal, `writing ${this.filename}`);
  }

  async #report(portionOfKey: number, bytesAside: number): Promise<void> {
    const { keys, totalKeys } = this.#progress;
    this.#options.onProgress?.({
      keys,
      totalKeys,
      portion: totalKeys === 0 ? 1 : (keys + portionOfKey) / totalKeys,
      bytes: this.#encoder.sizeBytes + bytesAside,
    });
    if (performance.now() < this.#freeAt) return;
    await this.#read(setImmediate());
    this.#freeAt = performance.now() + longestTurnMs;
  }
}

function withoutRepeats(keys: readonly Uint8Array[]): Uint8Array[] {
  return [...new Map(keys.map((key) => [Buffer.from(key).toString('latin1'), key])).values()];
}
