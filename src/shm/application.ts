import { type Clock, systemClock } from '../shared/clock.ts';
import { AlidadeError, isAlidadeError, messageOf } from '../shared/errors.ts';
import { StopSignals } from '../shared/stop-signals.ts';
import {
  type ApplicationFace,
  type ApplicationOptions,
  helpText,
  readOptions,
} from './application-options.ts';
import { CsvLogs, logOptionsOf } from './csv-logs.ts';
import type { DataDict } from './data-dict.ts';
import { readDescriptions } from './description.ts';
import type { AnyFrames, FrameTypes } from './field-value.ts';
import { type Tick, ticks } from './rate.ts';
import { openSharedMemory, type SharedMemory } from './shared-memory.ts';

/** What the work of an application has at hand. */
export interface Application<T extends FrameTypes<T> = AnyFrames> {
  readonly appName: string;
  readonly shm: SharedMemory<T>;
  /** The frames that it works with; closed when the work is done. */
  readonly dict: DataDict<T>;
  /** Moments at which work is due, at the frequency of the application, until it is told to end. */
  readonly ticks: AsyncIterable<Tick>;
  /** Fires when the application is told to end: at Ctrl-C and its kin. */
  readonly signal: AbortSignal;
  /** The words of its command line that are no options. */
  readonly args: readonly string[];
  /** Says something on stderr with `--debug`. */
  debug(text: string): void;
}

export interface ApplicationDefinition<T extends FrameTypes<T> = AnyFrames> extends ApplicationFace {
  /** Description files of its frames: then values are checked against their types. */
  readonly descriptions?: readonly string[] | undefined;
  /** How long it waits for the store, and for the frames to be initialised, in milliseconds (default 10 000). */
  readonly initTimeoutMs?: number | undefined;
  /** The work. The application ends with it; what it throws is said on stderr. */
  readonly run: (application: Application<T>) => Promise<void>;
}

/** The process that an application runs in; tests bring their own. */
export interface ApplicationSurroundings {
  readonly program?: string | undefined;
  readonly words?: readonly string[] | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Runs an application: reads the command line of the reference, opens the store, waits for the frames to be initialised
 * if it is asked to, does the work, and closes everything, also at Ctrl-C. What goes wrong is one line on stderr, and
 * the exit status of the process.
 *
 * @example
 * await shmApplication({
 *   name: 'BATTERY',
 *   frequencyHz: 10,
 *   async run({ dict, ticks }) {
 *     const measures = await dict.declareToWrite('BATTERY__measures');
 *     for await (const { timeSeconds } of ticks) {
 *       measures.set({ uBat: 12 + Math.sin(timeSeconds) });
 *       await dict.flush();
 *     }
 *   },
 * });
 */
export async function shmApplication<T extends FrameTypes<T> = AnyFrames>(
  definition: ApplicationDefinition<T>,
  surroundings: ApplicationSurroundings = {},
): Promise<void> {
  const { program = process.argv[1] ?? 'application', words = process.argv.slice(2) } = surroundings;
  const { environment = process.env, clock = systemClock } = surroundings;
  using stop = new StopSignals();
  try {
    const options = readOptions(definition, program, words, environment);
    if (options === undefined) process.stdout.write(helpText(definition, program));
    else await work(definition, options, environment, clock, stop.signal);
  } catch (error) {
    // What was given up because of Ctrl-C did not go wrong.
    if (stop.signal.aborted && isAlidadeError(error, 'ALI_ABORTED')) return;
    const code = error instanceof AlidadeError ? ` (${error.code})` : '';
    process.stderr.write(`${definition.name ?? program}: ${messageOf(error)}${code}\n`);
    process.exitCode = error instanceof AlidadeError ? error.exitCode : 1;
  }
}

async function work<T extends FrameTypes<T>>(
  definition: ApplicationDefinition<T>,
  { appName, storeUrl, flag, frequencyHz, debug, checked, args }: ApplicationOptions,
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const say = (text: string) => process.stderr.write(`${appName}: ${text}\n`);
  const { initTimeoutMs = 10_000 } = definition;
  const descriptions = await readDescriptions(definition.descriptions ?? []);
  const logOptions = logOptionsOf(environment);
  await using shm = await openSharedMemory<T>(storeUrl, {
    appName,
    descriptions,
    strict: checked,
    clock: clock === systemClock ? undefined : () => clock.nowMs() / 1000,
    log: logOptions && new CsvLogs({ ...logOptions, onTrouble: say }),
    waitMs: initTimeoutMs,
    signal,
  });
  const debugging = debug ? say : () => undefined;
  debugging(`frames are in ${shm.space.location}`);
  if (flag !== undefined) {
    debugging(`waiting for ${flag}`);
    await shm.waitForInit(flag, { timeoutMs: initTimeoutMs, signal });
  }
  await definition.run({
    appName,
    shm,
    dict: shm.dict(),
    ticks: { [Symbol.asyncIterator]: () => ticks(clock, frequencyHz, signal) },
    signal,
    args,
    debug: debugging,
  });
  debugging('ended');
}
