import { type DropReason, type MessageBatchCallback, type PulseMessage, Source } from '../bsread/index.ts';
import { AlidadeError, isAlidadeError } from '../shared/errors.ts';
import { isBefore } from './bound.ts';
import { History } from './history.ts';
import type { RecordingOptions } from './options.ts';
import { Recording } from './recording.ts';
import type { RecordingStatus } from './status.ts';

/** What messages come from: mostly a `Source` of bsread, the memory of whose messages is freed when they are written. */
export interface MessageStream {
  forEachBatch(callback: MessageBatchCallback, options: { readonly signal: AbortSignal }): Promise<void>;
  statistics(): { readonly dropped: Readonly<Record<DropReason, number>> };
}

export interface RecorderOptions {
  /** Messages kept for recordings that begin in the past (0). */
  readonly historyMessages?: number | undefined;
  /** The most memory for them (256 MiB). */
  readonly historyBytes?: number | undefined;
}

/**
 * Any number of recordings from one stream, which is read once. Without a history nothing is taken from the stream while
 * there is no recording, so that a sender that pushes keeps its messages. The slowest disk sets the pace of all.
 *
 * @example
 * const { Source } = await import('alidade/bsread');
 * await using source = await Source.open({ addresses: 'tcp://127.0.0.1:9999' });
 * await using recorder = new Recorder(source, { historyMessages: 1000 });
 * const recording = await recorder.start({ file: 'run.h5', stop: { pulseId: 17_000_000_100n } });
 * const { written, dropped } = await recording.finished;
 */
export class Recorder implements AsyncDisposable {
  /** Resolves when the stream ends or the recorder is closed; with what the stream failed by, where it did. */
  readonly ended: Promise<unknown>;
  readonly #stream: MessageStream;
  /** A source gives each message to one alone; of another stream, somebody else may have it. */
  readonly #isSole: boolean;
  readonly #history: History;
  readonly #recordings = new Set<Recording>();
  readonly #aborter = new AbortController();
  #droppedBefore: Readonly<Record<string, number>>;
  #wake: PromiseWithResolvers<void> | undefined;
  /** Ends a recording as the stream has ended; undefined before. */
  #endAsStream: ((recording: Recording) => Promise<RecordingStatus>) | undefined;

  constructor(
    stream: MessageStream,
    { historyMessages = 0, historyBytes = 256 * 1024 ** 2 }: RecorderOptions = {},
  ) {
    this.#stream = stream;
    this.#isSole = stream instanceof Source;
    this.#history = new History(historyMessages, historyBytes);
    this.#droppedBefore = stream.statistics().dropped;
    const { signal } = this.#aborter;
    this.ended = stream
      .forEachBatch((batch) => this.#take(batch), { signal })
      .then(() => undefined)
      .catch((error: unknown) => (isAlidadeError(error, 'ALI_ABORTED') ? undefined : error))
      .then(async (failure) => {
        const end = (recording: Recording) =>
          failure === undefined ? recording.stop('source ended') : recording.sourceFailed(failure);
        this.#endAsStream = end;
        this.#countDrops();
        await Promise.all([...this.#recordings].map(end));
        return failure;
      });
  }

  /** Those that are not finished. */
  get recordings(): readonly Recording[] {
    return [...this.#recordings];
  }

  /**
   * Begins a recording. One with a start in the past gets what the history has from there on; where the stream is at its
   * end, that is all that it gets.
   *
   * @throws ALI_FILE_EXISTS, ALI_FILE_NOT_WRITTEN, ALI_DISK_FULL, ALI_USAGE; ALI_ABORTED when the recorder is closed
   */
  async start(options: RecordingOptions): Promise<Recording> {
    const recording = await Recording.create(options);
    if (options.start !== undefined) {
      for (const message of this.#history.fromOldest()) {
        if (isBefore(message, options.start)) continue;
        const waiting = recording.write(message);
        if (waiting !== undefined) await waiting;
      }
    }
    if (this.#aborter.signal.aborted) {
      await recording.stop();
      throw new AlidadeError('ALI_ABORTED', `the recorder was closed while ${recording.file} was begun`);
    }
    // What was dropped before it is not of this recording.
    this.#countDrops();
    // In the same turn in which the history had no more, so that no message is between.
    this.#recordings.add(recording);
    void recording.finished.then(() => this.#recordings.delete(recording));
    this.#wake?.resolve();
    void this.#endAsStream?.(recording);
    return recording;
  }

  /** Ends all recordings, with their files closed well, and leaves the stream. */
  async close(): Promise<void> {
    this.#countDrops();
    this.#aborter.abort();
    this.#wake?.resolve();
    await Promise.all([...this.#recordings].map((recording) => recording.stop()));
    await this.ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #take(batch: readonly PulseMessage[]): Promise<void> {
    this.#countDrops();
    for (const message of batch) {
      this.#history.add(message);
      if (this.#recordings.size === 0 && !this.#history.isKept) await this.#someRecording();
      const given = this.#isSole && this.#recordings.size === 1 && !this.#history.isKept;
      // Of one that is begun meanwhile, the history knows whether the message belongs to it.
      for (const recording of [...this.#recordings]) {
        const waiting = recording.write(message, { given });
        if (waiting !== undefined) await waiting;
      }
    }
  }

  async #someRecording(): Promise<void> {
    while (this.#recordings.size === 0 && !this.#aborter.signal.aborted) {
      this.#wake = Promise.withResolvers();
      await this.#wake.promise;
    }
  }

  /** What the decoder has dropped since it was asked last belongs to the recordings of this time. */
  #countDrops(): void {
    const { dropped } = this.#stream.statistics();
    for (const [reason, count] of Object.entries(dropped)) {
      const more = count - (this.#droppedBefore[reason] ?? 0);
      for (const recording of this.#recordings) recording.drop(reason as DropReason, more);
    }
    this.#droppedBefore = dropped;
  }
}
