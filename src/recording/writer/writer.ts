import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type ConnectionStatus, ConnectionWatch, logNews, Source } from '../../bsread/index.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { AlidadeError, messageOf } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import { Opened } from '../../shared/opened.ts';
import type { Bound } from '../bound.ts';
import type { RecordingOptions } from '../options.ts';
import { Recorder } from '../recorder.ts';
import type { Recording } from '../recording.ts';
import type { RecordingStatus } from '../status.ts';
import type { Parameters } from './parameters.ts';

export interface WriterOptions {
  /** Where the stream is: `tcp://HOST:PORT`. */
  readonly streamAddress: string;
  /** The file of the first recording. One that is there is replaced, as by the reference. */
  readonly outputFile: string;
  readonly log: Log;
  /** Anything else of its recordings. */
  readonly recording?: Pick<RecordingOptions, 'stopGraceMs' | 'commitIntervalMs'> | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * - `waiting`: nothing was started yet
 * - `writing`: a recording was started, and is not at its end
 * - `finished`: the file of the last recording is closed, and whole
 * - `error`: the last start failed, or the last recording ended before its time
 */
export type WriterState = 'waiting' | 'writing' | 'finished' | 'error';

/** The last recording, or the one that is going on. */
interface Run {
  readonly recording: Recording;
  readonly connection: ConnectionWatch;
  readonly close: () => Promise<void>;
}

/**
 * The writer as the accelerator knows it: one recording at a time, started and stopped from outside. It connects to the
 * stream when a recording starts and leaves it at its end, so that a sender that pushes keeps what nobody asked for.
 */
export class Writer implements AsyncDisposable {
  /** Resolves when the writer has nothing more to do: stopped, or its one recording is whole. */
  readonly ended: Promise<void>;
  readonly #options: WriterOptions;
  readonly #clock: Clock;
  readonly #end = Promise.withResolvers<void>();
  #outputFile: string;
  #parameters: Parameters | undefined;
  #start: Bound | undefined;
  #stop: Bound | undefined;
  /** Set by a start that named its file: the writer then waits for the next one. */
  #isPersistent = false;
  #starting: Promise<void> | undefined;
  #run: Run | undefined;
  #problem: string | undefined;
  #isStopped = false;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#outputFile = options.outputFile;
    this.ended = this.#end.promise;
  }

  get state(): WriterState {
    if (this.#starting !== undefined) return 'writing';
    if (this.#problem !== undefined) return 'error';
    if (this.#run === undefined) return 'waiting';
    const { state } = this.#run.recording.status();
    return state === 'waiting' ? 'writing' : state;
  }

  /** Why the state is `error`. */
  get problem(): string | undefined {
    return this.#problem ?? this.#run?.recording.status().problem;
  }

  get start(): Bound | undefined {
    return this.#start;
  }

  get stop(): Bound | undefined {
    return this.#stop;
  }

  /** Of the last recording, if there was one. */
  get recording(): RecordingStatus | undefined {
    return this.#run?.recording.status();
  }

  /** To the sender, while a recording goes on. */
  get connection(): ({ readonly address: string } & ConnectionStatus) | undefined {
    if (this.#run === undefined || this.#going() === undefined) return undefined;
    return { address: this.#options.streamAddress, ...this.#run.connection.status() };
  }

  /** What the file of the next recording says about itself. */
  setParameters(parameters: Parameters): void {
    this.#parameters = parameters;
  }

  /**
   * Starts a recording, or moves the start of one that has written nothing yet.
   *
   * @param outputFile a file of its own: the writer then stays for further recordings
   * @throws what the file or the stream says; the writer goes on, and can be asked again
   */
  async begin(start: Bound, outputFile?: string): Promise<void> {
    if (this.#isStopped) throw refusal('the writer is ending');
    if (this.#starting !== undefined) throw refusal(`${this.#outputFile} is being started`);
    const going = this.#going();
    if (going !== undefined && (outputFile !== undefined || going.status().written > 0)) {
      throw refusal(`${going.file} is being written; stop it first`);
    }
    if (outputFile !== undefined) {
      this.#outputFile = outputFile;
      this.#isPersistent = true;
      this.#stop = undefined;
    }
    this.#start = start;
    if (going !== undefined) {
      going.setStart(start);
      return;
    }
    this.#problem = undefined;
    this.#starting = this.#open().finally(() => {
      this.#starting = undefined;
    });
    await this.#starting;
  }

  /** The last message that the recording, or the next one, is to have. */
  setStop(stop: Bound): void {
    this.#stop = stop;
    this.#going()?.setStop(stop);
  }

  /** Now, as a bound. */
  now(): Bound {
    return { timeNs: BigInt(this.#clock.nowMs()) * 1_000_000n };
  }

  /** Ends what goes on, closes its file well, and the writer with it. */
  async close(): Promise<void> {
    this.#isStopped = true;
    await this.#starting?.catch(() => undefined);
    await this.#run?.close();
    this.#end.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #going(): Recording | undefined {
    const recording = this.#run?.recording;
    const state = recording?.status().state;
    return state === 'waiting' || state === 'writing' ? recording : undefined;
  }

  async #open(): Promise<void> {
    const { log, streamAddress } = this.#options;
    const file = this.#outputFile;
    try {
      await makeFolderOf(file);
      await using opened = new Opened();
      const source = opened.use(await Source.open({ addresses: streamAddress }));
      const connection = new ConnectionWatch(source, {
        clock: this.#clock,
        onNews: (news) => logNews(log, news, { source: streamAddress }),
      });
      opened.defer(() => connection[Symbol.dispose]());
      const recorder = opened.use(new Recorder(source));
      const recording = await recorder.start({
        ...this.#options.recording,
        file,
        force: true,
        general: this.#parameters?.general,
        start: this.#start,
        stop: this.#stop,
        clock: this.#clock,
      });
      this.#run = { recording, connection, close: opened.move() };
    } catch (error) {
      this.#problem = messageOf(error);
      log.error(`${file} could not be started: ${this.#problem}`);
      throw error;
    }
    log.info(`${file} is started, from ${streamAddress}`);
    void this.#follow(this.#run);
  }

  async #follow({ recording, close }: Run): Promise<void> {
    const { state, problem, written, dropped } = await recording.finished;
    await close();
    const { log } = this.#options;
    const lost = Object.entries(dropped).map(([reason, count]) => `${count} ${reason}`);
    const text = `${recording.file}: ${written} messages written${lost.length === 0 ? '' : `, not written: ${lost.join(', ')}`}`;
    if (state === 'error') log.error(`${text}; ${problem}`);
    else log.info(`${text}; the file is closed`);
    if (state === 'finished' && !this.#isPersistent) this.#end.resolve();
  }
}

/** Makes the folder of a file, and those that it is in, where they are missing. @throws ALI_FILE_NOT_WRITTEN */
export async function makeFolderOf(file: string): Promise<void> {
  const folder = dirname(file);
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new AlidadeError('ALI_FILE_NOT_WRITTEN', `cannot make the folder ${folder}: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function refusal(message: string): AlidadeError {
  return new AlidadeError('ALI_USAGE', message);
}
