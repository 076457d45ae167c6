import { hostname } from 'node:os';
import { type Clock, systemClock } from '../shared/clock.ts';
import { AlidadeError } from '../shared/errors.ts';
import { ownVersion } from '../shared/version.ts';
import { compileGlob } from '../store/index.ts';
import type { Bound } from './bound.ts';
import type { StateAround } from './state-around.ts';
import type { StorageOptions } from './value-storage.ts';

export interface RecordingOptions {
  /** Where the file is to be; with `/dev/null` everything runs and nothing is written. */
  readonly file: string;
  /** Replaces a file that is there. */
  readonly force?: boolean | undefined;
  /** What /general is to hold, by name. created, user, process and instrument are `not given` where they are absent. */
  readonly general?: Readonly<Record<string, string>> | undefined;
  /** The first message to be written; that which comes next, by default. */
  readonly start?: Bound | undefined;
  /** The last message to be written; until {@link Recording.stop}, by default. */
  readonly stop?: Bound | undefined;
  /** Globs of the channels to be recorded; all by default. */
  readonly channels?: readonly string[] | undefined;
  /**
   * How arrays are stored: `as-sent` (the default) keeps compressed ones as they came, `none` stores all plain, and
   * `bitshuffle-lz4` compresses those that came plain.
   */
  readonly compression?: StorageOptions['compression'] | undefined;
  /**
   * What is done to know that compressed arrays can be read: `full` (the default) decodes each in a thread, as far as it
   * keeps up; `structure` checks the prefix and the lengths of blocks only, as is always done.
   */
  readonly verify?: StorageOptions['verify'] | undefined;
  /** Rows in a chunk of small values (1000). */
  readonly chunkRows?: number | undefined;
  /** No row is on the disk later than so many milliseconds after it came (1000), as far as the disk keeps up. */
  readonly commitIntervalMs?: number | undefined;
  /** How long after a stop that no message reached the recording ends by itself, in milliseconds (5000). */
  readonly stopGraceMs?: number | undefined;
  /** The state of the instrument to be kept in the file. */
  readonly state?: StateAround | undefined;
  readonly clock?: Clock | undefined;
}

/** {@link RecordingOptions} with nothing left open. */
export interface Settings extends StorageOptions {
  readonly file: string;
  readonly force: boolean;
  readonly general: Readonly<Record<string, string>>;
  readonly start: Bound | undefined;
  readonly stop: Bound | undefined;
  readonly isWanted: (channel: string) => boolean;
  readonly chunkRows: number;
  readonly commitIntervalMs: number;
  readonly stopGraceMs: number;
  readonly state: StateAround;
  readonly clock: Clock;
}

/** @throws ALI_USAGE */
export function normalize(options: RecordingOptions): Settings {
  const { file, force = false, start, stop, channels, clock = systemClock } = options;
  if (file === '') throw new AlidadeError('ALI_USAGE', 'a recording needs the name of a file');
  return {
    file,
    force,
    state: options.state ?? {},
    start,
    stop,
    general: {
      created: new Date(clock.nowMs()).toISOString(),
      user: 'not given',
      process: 'not given',
      instrument: 'not given',
      facility: 'not given',
      host: hostname(),
      software: 'alidade',
      version: ownVersion,
      ...options.general,
    },
    isWanted: wantedBy(channels),
    compression: options.compression ?? 'as-sent',
    verify: options.verify ?? 'full',
    chunkRows: whole('chunkRows', options.chunkRows ?? 1000, 1, 1_000_000),
    commitIntervalMs: whole('commitIntervalMs', options.commitIntervalMs ?? 1000, 10, 3_600_000),
    stopGraceMs: whole('stopGraceMs', options.stopGraceMs ?? 5000, 0, 3_600_000),
    clock,
  };
}

function wantedBy(globs: readonly string[] | undefined): (channel: string) => boolean {
  if (globs === undefined) return () => true;
  const compiled = globs.map((glob) => compileGlob(Buffer.from(glob)));
  return (channel) => compiled.some((glob) => glob.matches(Buffer.from(channel)));
}

function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new AlidadeError(
    'ALI_USAGE',
    `${name} is ${value}; it must be a whole number from ${least} to ${most}`,
  );
}
