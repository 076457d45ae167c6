import { setImmediate } from 'node:timers/promises';
import { AlidadeError } from '../../shared/errors.ts';
import type { ByteSource } from './byte-source.ts';
import { ByteWindow, short } from './byte-window.ts';
import { KeyFlags } from './key-flags.ts';
import { Damage, RdbParseError } from './rdb-parse-error.ts';
import type { SnapshotEntry } from './snapshot-entry.ts';
import { openSnapshotFile, type SnapshotFile, type SnapshotSource, systemMessage } from './snapshot-file.ts';
import { type WalkResult, walk } from './walk.ts';

export interface SnapshotProgress {
  /** A snapshot is gone through twice: first to check all of it, then to give its keys. */
  readonly phase: 'check' | 'load';
  readonly bytes: number;
  /** Unknown while a stream is checked. */
  readonly totalBytes?: number | undefined;
  readonly keys: number;
}

export interface SnapshotOptions {
  /** Called about every 256 KiB. */
  readonly onProgress?: ((progress: SnapshotProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How errors name the source, where it is not a path. */
  readonly filename?: string | undefined;
  /** Disk that a stream may take while it is checked; default 16 GiB. */
  readonly maxSpoolBytes?: number | undefined;
}

/** An RDB file that was checked from its first byte to its last. */
export class Snapshot implements AsyncDisposable {
  readonly filename: string;
  /** RDB version, 1 to 12. */
  readonly version: number;
  /** Keys of all databases, foreign ones too. */
  readonly keys: number;
  readonly #file: SnapshotFile;
  readonly #check: Check;
  readonly #options: SnapshotOptions;

  constructor(file: SnapshotFile, check: Check, options: SnapshotOptions) {
    this.#file = file;
    this.#check = check;
    this.#options = options;
    this.filename = file.filename;
    this.version = check.result.version;
    this.keys = check.keys;
  }

  /**
   * The keys in the order of the file, large ones in parts.
   *
   * @throws ALI_SNAPSHOT when the file was overwritten after it was checked; ALI_ABORTED
   */
  async *entries(): AsyncGenerator<SnapshotEntry, void, undefined> {
    const { filename } = this;
    try {
      const result = yield* walkFile(this.#file, this.#file.second(), 'load', this.#options, (index) =>
        this.#check.foreign.has(index),
      );
      const { checksum } = this.#check.result;
      if (result.checksum.low !== checksum.low || result.checksum.high !== checksum.high) {
        throw new RdbParseError(filename, 0, 'it has other content than when it was checked');
      }
    } catch (error) {
      if (!(error instanceof RdbParseError)) throw error;
      throw new AlidadeError(
        'ALI_SNAPSHOT',
        `the RDB file ${filename} was changed while it was read; what stands before byte ${error.offsetBytes} ` +
          'was taken from it, the rest was not. Load it again when nothing writes to it',
        { cause: error },
      );
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

interface Check {
  readonly result: WalkResult;
  readonly keys: number;
  readonly foreign: KeyFlags;
}

/**
 * Opens an RDB file (Redis snapshot; versions 1 to 12, every encoding) and checks all of it: structure, checksum, end.
 * Close it afterwards.
 *
 * @throws RdbParseError (ALI_SNAPSHOT) when it is damaged; ALI_SNAPSHOT when it cannot be read; ALI_ABORTED
 */
export async function openSnapshot(source: SnapshotSource, options: SnapshotOptions = {}): Promise<Snapshot> {
  const file = await openSnapshotFile(source, options);
  try {
    return new Snapshot(file, await check(file, options), options);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * The keys of an RDB file, in its order. The whole file is checked before the first is given: of a damaged file
 * nothing comes. A stream waits in a temporary file meanwhile.
 *
 * @throws as {@link openSnapshot} and {@link Snapshot.entries}
 * @example
 * for await (const { key, content } of readSnapshot('telstate.rdb')) console.log(keyText(key), content.kind);
 */
export async function* readSnapshot(
  source: SnapshotSource,
  options: SnapshotOptions = {},
): AsyncGenerator<SnapshotEntry, void, undefined> {
  const snapshot = await openSnapshot(source, options);
  try {
    yield* snapshot.entries();
  } finally {
    await snapshot.close();
  }
}

/** So long the walk keeps the event loop to itself where it need not wait for bytes. */
const longestTurnMs = 10;

async function check(file: SnapshotFile, options: SnapshotOptions): Promise<Check> {
  const foreign = new KeyFlags();
  let keys = 0;
  const entries = walkFile(file, file.first(), 'check', options, () => false);
  for (;;) {
    const step = await entries.next();
    if (step.done === true) return { result: step.value, keys, foreign };
    if (step.value.more) continue;
    if (step.value.content.kind === 'other') foreign.set(keys);
    keys++;
  }
}

async function* walkFile(
  file: SnapshotFile,
  source: ByteSource,
  phase: SnapshotProgress['phase'],
  options: SnapshotOptions,
  isForeign: (index: number) => boolean,
): AsyncGenerator<SnapshotEntry, WalkResult, undefined> {
  const window = new ByteWindow(source);
  const steps = walk(window, isForeign);
  let keys = 0;
  const report = (): void => {
    if (options.signal?.aborted === true) {
      throw new AlidadeError('ALI_ABORTED', `reading ${file.filename} was given up`, {
        cause: options.signal.reason,
      });
    }
    options.onProgress?.({ phase, bytes: window.offsetBytes, totalBytes: file.sizeBytes, keys });
  };
  const fill = async (): Promise<boolean> => {
    try {
      return await window.fill();
    } catch (error) {
      if (error instanceof AlidadeError) throw error;
      const message = `cannot read the snapshot ${file.filename}: ${systemMessage(error)}`;
      throw new AlidadeError('ALI_SNAPSHOT', message, { cause: error });
    }
  };
  let freeAt = performance.now() + longestTurnMs;
  try {
    for (let count = 1; ; count++) {
      if (count % 16 === 0 && performance.now() > freeAt) {
        await setImmediate();
        freeAt = performance.now() + longestTurnMs;
      }
      const step = steps.next();
      if (step.done === true) {
        if (window.byte() !== short || (await fill())) throw new Damage('bytes follow after its end');
        report();
        return step.value;
      }
      if (step.value !== undefined) {
        if (!step.value.more) keys++;
        yield step.value;
      } else {
        report();
        if (!(await fill())) throw new Damage(window.offsetBytes === 0 ? 'it is empty' : 'it is cut off');
      }
    }
  } catch (error) {
    if (error instanceof Damage)
      throw new RdbParseError(file.filename, error.offsetBytes ?? window.offsetBytes, error.message);
    throw error;
  }
}
