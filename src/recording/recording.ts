import type { PulseMessage } from '../bsread/index.ts';
import { messageOf } from '../shared/errors.ts';
import { type Bound, isAfter, isBefore, isLast } from './bound.ts';
import { CommitTimer } from './commit-timer.ts';
import { Ledger, type LostMessageReason } from './ledger.ts';
import { normalize, type RecordingOptions, type Settings } from './options.ts';
import { RecordingFile } from './recording-file.ts';
import { readConfiguration, storeConfiguration, storeTelescopeState } from './state-around.ts';
import type { ChannelPresence, Ending, RecordingState, RecordingStatus } from './status.ts';
import { StopDeadline } from './stop-deadline.ts';
import { StoredLedger } from './stored-ledger.ts';
import { openTarget, type Target } from './target.ts';
import { textWithoutNul } from './text.ts';

export interface WriteOptions {
  /** Whether nobody else has the message (false): large frames are freed when they are written, and are empty then. */
  readonly given?: boolean;
}

/**
 * One file that messages are written to, from its start to its stop. It never throws on what a message holds: what
 * cannot be kept is counted. When the disk fails the recording ends with what was safe before.
 */
export class Recording implements AsyncDisposable {
  readonly file: string;
  /** Resolves when the file is closed, well or not. */
  readonly finished: Promise<RecordingStatus>;
  readonly #settings: Settings;
  readonly #target: Target;
  readonly #content: RecordingFile;
  readonly #ledger = new Ledger();
  readonly #stored: StoredLedger;
  readonly #timer: CommitTimer;
  readonly #deadline: StopDeadline;
  readonly #done = Promise.withResolvers<RecordingStatus>();
  #start: Bound | undefined;
  #stop: Bound | undefined;
  readonly #createdMs: number;
  #firstTimeNs: bigint | undefined;
  #committed = this.#ledger.mark();
  /** Of the disk: what was not committed is gone. */
  #problem: string | undefined;
  /** Of the stream: the file has all that came. */
  #sourceProblem: string | undefined;
  #ending: Ending | undefined;
  #isClosed = false;
  /** Commits, one after the other. */
  #work: Promise<void> = Promise.resolve();

  private constructor(settings: Settings, target: Target) {
    const { file, clock, commitIntervalMs, stopGraceMs } = settings;
    this.file = file;
    this.#settings = settings;
    this.#createdMs = clock.nowMs();
    this.#target = target;
    this.#content = new RecordingFile(target.hdf5, settings);
    this.#stored = new StoredLedger(this.#content.own);
    this.#timer = new CommitTimer(clock, commitIntervalMs, () => this.#commit());
    this.#deadline = new StopDeadline(clock, stopGraceMs, () => this.#end('deadline'));
    this.#start = settings.start;
    this.finished = this.#done.promise;
  }

  /**
   * Makes the file. Messages are given to it by {@link Recording.write}, mostly by a {@link Recorder}.
   *
   * @throws ALI_FILE_EXISTS, ALI_FILE_NOT_WRITTEN, ALI_DISK_FULL, ALI_USAGE
   */
  static async create(options: RecordingOptions): Promise<Recording> {
    const settings = normalize(options);
    const configuration = await readConfiguration(settings.state);
    const target = await openTarget(settings);
    try {
      const recording = new Recording(settings, target);
      if (configuration !== undefined) storeConfiguration(recording.#content.own, configuration);
      // From its first moment on the file tells what it is.
      await target.hdf5.commit();
      recording.setStop(settings.stop);
      return recording;
    } catch (error) {
      await target.hdf5.close().catch(() => undefined);
      await target.remove();
      throw error;
    }
  }

  /**
   * Writes a message, unless it lies outside of start and stop. Its frames must not change any more.
   *
   * @returns a promise to wait for before the next one, where the disk does not keep up; it never rejects
   */
  write(message: PulseMessage, { given = false }: WriteOptions = {}): Promise<void> | undefined {
    if (this.#hasEnded) return undefined;
    const ledger = this.#ledger;
    const { pulseId } = message;
    ledger.see(pulseId, message.globalTimestampNs);
    this.#deadline.see(pulseId, message.globalTimestampNs);
    if (this.#start !== undefined && isBefore(message, this.#start)) {
      ledger.drop('before-start');
      return undefined;
    }
    const stop = this.#stop;
    if (stop !== undefined && isAfter(message, stop)) {
      ledger.drop('after-stop');
      this.#end('stop reached');
      return undefined;
    }
    let waiting: Promise<void> | undefined;
    try {
      waiting = this.#content.write(message, given);
    } catch (error) {
      ledger.drop('not-committed');
      this.#fail(error);
      return undefined;
    }
    let sizeBytes = 0;
    for (const { length } of message.frames) sizeBytes += length;
    ledger.write(pulseId, sizeBytes);
    this.#firstTimeNs ??= message.globalTimestampNs;
    this.#timer.start();
    if (stop !== undefined && isLast(message, stop)) this.#end('stop reached');
    return waiting;
  }

  /** Counts messages that were received and never came to {@link write}. */
  drop(reason: LostMessageReason, count: number): void {
    if (!this.#hasEnded) this.#ledger.drop(reason, count);
  }

  /** The first message to be written, of those that come from now on. */
  setStart(start: Bound | undefined): void {
    this.#start = start;
  }

  /** The last message to be written. A recording that has seen a later one ends now. */
  setStop(stop: Bound | undefined): void {
    if (this.#hasEnded) return;
    this.#stop = stop;
    this.#deadline.set(stop);
    if (stop === undefined) return;
    const { lastSeenPulseId, lastSeenTimeNs } = this.#ledger;
    const seen = 'pulseId' in stop ? lastSeenPulseId : lastSeenTimeNs;
    const bound = 'pulseId' in stop ? stop.pulseId : stop.timeNs;
    if (seen !== undefined && seen >= bound) this.#end('stop reached');
  }

  /** Ends the recording and closes the file well. */
  stop(ending: Ending = 'stopped'): Promise<RecordingStatus> {
    this.#end(ending);
    return this.finished;
  }

  /** Ends the recording, whose stream failed, and closes the file well; the file and the status say so. */
  sourceFailed(failure: unknown): Promise<RecordingStatus> {
    if (!this.#hasEnded) this.#sourceProblem = `its stream failed: ${messageOf(failure)}`;
    return this.stop('source failed');
  }

  status(): RecordingStatus {
    const ledger = this.#ledger;
    const { channels, lostValues, unverified } = this.#content;
    const lost: Record<string, number> = {};
    const count = (reason: string, more: number) => {
      if (more > 0) lost[reason] = (lost[reason] ?? 0) + more;
    };
    for (const channel of channels) for (const [reason, more] of channel.lost) count(reason, more);
    for (const [reason, more] of Object.entries(lostValues)) count(reason, more);
    const faulty = channels.find(({ fault }) => fault !== undefined);
    return {
      state: this.#state(),
      file: this.file,
      problem: this.#problem ?? this.#sourceProblem,
      ending: this.#ending,
      countdownMs: this.#countdownMs(),
      received: ledger.received,
      written: ledger.written,
      dropped: ledger.dropped,
      committed: this.#committed.written,
      receivedBytes: ledger.writtenBytes,
      firstPulseId: ledger.firstPulseId,
      lastPulseId: ledger.lastPulseId,
      lastSeenPulseId: ledger.lastSeenPulseId,
      lastSeenTimeNs: ledger.lastSeenTimeNs,
      gaps: ledger.gapCount,
      missingPulses: ledger.missingPulses,
      repeatedPulses: ledger.repeatedPulses,
      backwardPulses: ledger.backwardPulses,
      channels: channels.length,
      lostValues: lost,
      unverified,
      fault: faulty && `${faulty.name}: ${faulty.fault}`,
    };
  }

  /** Of each channel, how many values there are. */
  presence(): ChannelPresence[] {
    return this.#content.channels.map(({ name, presentRows, lost }) => ({
      name,
      present: presentRows,
      undecodable: lost.get('undecodable') ?? 0,
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  get #hasEnded(): boolean {
    return this.#ending !== undefined || this.#problem !== undefined;
  }

  #state(): RecordingState {
    if (this.#problem !== undefined) return 'error';
    if (this.#isClosed) return this.#sourceProblem === undefined ? 'finished' : 'error';
    return this.#ledger.written === 0 ? 'waiting' : 'writing';
  }

  #countdownMs(): number {
    const start = this.#start;
    if (start === undefined || !('timeNs' in start) || this.#ledger.written > 0) return 0;
    return Math.max(0, Number(start.timeNs / 1_000_000n) - this.#settings.clock.nowMs());
  }

  #commit(): Promise<void> {
    this.#work = this.#work.then(async () => {
      if (this.#isClosed || this.#problem !== undefined) return;
      try {
        await this.#flush();
        await this.#target.assertThere();
      } catch (error) {
        this.#fail(error);
      }
    });
    return this.#work;
  }

  /** Everything written until now goes to the disk. */
  async #flush(): Promise<void> {
    this.#committed = await this.#content.whenDecoded(async () => {
      // All in one turn: a message between would be in the ledger, and not among the rows.
      this.#content.flush();
      this.#stored.addLine(this.#ledger, this.#settings.clock.nowMs());
      const mark = this.#ledger.mark();
      await this.#target.hdf5.commit();
      return mark;
    });
  }

  #end(ending: Ending): void {
    if (this.#hasEnded) return;
    this.#ending = ending;
    this.#timer.stop();
    this.#deadline.set(undefined);
    this.#work = this.#work.then(() => this.#close(ending));
  }

  async #close(ending: Ending): Promise<void> {
    // After a problem it was said that what was not committed is gone.
    if (this.#problem === undefined) await this.#finish(ending).catch((error: unknown) => this.#note(error));
    await this.#release();
  }

  async #finish(ending: Ending): Promise<void> {
    // Before the state is asked for, which may take a while.
    await this.#flush();
    await this.#storeState();
    if (this.#sourceProblem !== undefined) {
      this.#content.own.attribute('source_problem', textWithoutNul(this.#sourceProblem));
    }
    this.#stored.finish(this.#ledger, this.#content, ending);
    await this.#target.hdf5.close();
    this.#committed = this.#ledger.mark();
    await this.#target.assertThere();
  }

  /** Sensors from the first message on, or from the beginning where that was earlier. */
  async #storeState(): Promise<void> {
    const { state, clock } = this.#settings;
    const firstMs = Number(this.#firstTimeNs ?? 0n) / 1e6 || this.#createdMs;
    const interval = {
      startSeconds: Math.min(firstMs, this.#createdMs) / 1000,
      endSeconds: clock.nowMs() / 1000,
    };
    const problem = await storeTelescopeState(this.#content.own, state, interval);
    if (problem !== undefined) this.#content.own.attribute('state_problem', textWithoutNul(problem));
  }

  #fail(error: unknown): void {
    const isFirst = !this.#hasEnded;
    this.#note(error);
    if (!isFirst) return;
    this.#timer.stop();
    this.#deadline.set(undefined);
    this.#work = this.#work.then(() => this.#release());
  }

  /** Closes what may be open: where something failed, what was committed stays, and the rest was said to be gone. */
  async #release(): Promise<void> {
    await this.#content.close();
    await this.#target.hdf5.close().catch(() => undefined);
    this.#isClosed = true;
    this.#done.resolve(this.status());
  }

  #note(error: unknown): void {
    if (this.#problem !== undefined) return;
    this.#problem = messageOf(error);
    this.#ledger.unwrite(this.#committed);
  }
}
