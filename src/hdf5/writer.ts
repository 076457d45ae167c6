import { AlidadeError } from '../shared/errors.ts';
import { Allocation } from './allocation.ts';
import { CommitPlan, type Step } from './commit-plan.ts';
import { EndOfFile } from './end-of-file.ts';
import type { Hdf5Storage } from './storage.ts';
import { superblockBytes } from './superblock.ts';
import { TextHeap } from './text-heap.ts';
import { WriteQueue } from './write-queue.ts';

/** An object that takes part in commits. */
export interface CommitPart {
  /** Hands over rows that the commit is to make visible. */
  flush(): void;
  /** Plans the metadata. @returns whether it tells everything that was added until now */
  write(plan: CommitPlan): boolean;
}

export interface FinishedPart extends CommitPart {
  /** As {@link flush}, for the last time. */
  finish(): void;
}

export interface WriterOptions {
  readonly commitIntervalMs: number;
  readonly bufferBytes: number;
}

/** Chunks that are encoded at a time: zlib takes about 300 KiB of memory for each. */
const encoderCount = 8;

/** What all objects of a file share: its space, what waits for the disk, and the commits. */
export class Writer {
  readonly allocation = new Allocation(superblockBytes);
  readonly heap = new TextHeap(this.allocation, (address, bytes) => this.put(address, bytes));
  /** Commits that are on the disk. */
  commitCount = 0;
  readonly #storage: Hdf5Storage;
  readonly #queue: WriteQueue;
  readonly #endOfFile: EndOfFile;
  readonly #commitIntervalMs: number;
  #touched = new Set<CommitPart>();
  readonly #finishedAtClose: FinishedPart[] = [];
  /** Of each encoder, what it does last; none of them rejects. */
  readonly #encoders = Array.from({ length: encoderCount }, () => Promise.resolve());
  #encodedCount = 0;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(storage: Hdf5Storage, options: WriterOptions) {
    this.#storage = storage;
    this.#queue = new WriteQueue(storage, options.bufferBytes);
    this.#endOfFile = new EndOfFile(this.#queue);
    this.#commitIntervalMs = options.commitIntervalMs;
  }

  /** @throws ALI_HDF5_CLOSED, or what failed before */
  assertUsable(): void {
    if (this.#queue.failure !== undefined) throw this.#queue.failure;
    if (this.#closing !== undefined) throw new AlidadeError('ALI_HDF5_CLOSED', 'the HDF5 file is closed');
  }

  /** Puts raw data on its way to the disk, at space that nothing visible leads to. */
  put(address: number, bytes: Uint8Array, onWritten?: () => void): void {
    this.#queue.write(address, bytes, onWritten);
  }

  pressure(): Promise<void> | undefined {
    return this.#queue.pressure();
  }

  /** Encodes a chunk off the event loop. A commit waits for the chunks that were begun before it. */
  encode(
    chunk: Uint8Array,
    encode: (chunk: Uint8Array) => Promise<Uint8Array>,
    done: (encoded: Uint8Array) => void,
  ): void {
    this.#queue.hold(chunk.length);
    const encoder = this.#encodedCount++ % encoderCount;
    this.#encoders[encoder] = (this.#encoders[encoder] as Promise<void>)
      .then(() => encode(chunk))
      .then(done)
      .catch((error: unknown) => this.#queue.fail(error))
      .finally(() => this.#queue.release(chunk.length));
  }

  /** Has the object take part in the next commit, which comes by itself. */
  touch(part: CommitPart): void {
    this.#touched.add(part);
    if (this.#timer !== undefined || this.#commitIntervalMs === 0 || this.#closing !== undefined) return;
    this.#timer = setTimeout(() => this.#commitInTime(), this.#commitIntervalMs);
  }

  finishAtClose(part: FinishedPart): void {
    this.#finishedAtClose.push(part);
  }

  /** Writes the empty file, whose root group stands at `rootAddress`. */
  async begin(rootAddress: number): Promise<void> {
    this.#endOfFile.rootAddress = rootAddress;
    await this.#runCommit();
  }

  /** See Hdf5File.commit. */
  commit(): Promise<void> {
    if (this.#closing !== undefined) return this.#closing;
    return this.#commit();
  }

  /** See Hdf5File.close. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #commitInTime(): void {
    // A failure is kept, and met by the next call.
    this.#commit().catch(() => undefined);
  }

  /** At once, or, while another one runs, once more after it for all who ask. */
  #commit(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#runCommit().finally(() => {
        this.#running = undefined;
      });
      return this.#running;
    }
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.#commit();
      });
    return this.#next;
  }

  async #runCommit(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#queue.failure !== undefined) throw this.#queue.failure;
    if (this.#touched.size === 0) return;
    for (const part of this.#touched) part.flush();
    this.heap.seal();
    await Promise.all(this.#encoders);
    const plan = this.#plan();
    try {
      await this.#execute(plan);
    } catch (error) {
      this.#queue.fail(error);
      throw error;
    }
    this.commitCount++;
    plan.finish();
  }

  /** All metadata as it is now; objects made since the rows were handed over are among it. */
  #plan(): CommitPlan {
    this.heap.seal();
    const plan = new CommitPlan();
    const touched = this.#touched;
    this.#touched = new Set();
    for (const part of touched) {
      if (!part.write(plan)) this.touch(part);
    }
    return plan;
  }

  async #execute(plan: CommitPlan): Promise<void> {
    const publish = this.#endOfFile.extend(this.allocation.reservedEnd);
    await this.#executeStep(plan, 'hidden');
    if (publish === 'now') {
      this.#endOfFile.publish();
      await this.#sync();
    }
    if (!plan.isEmpty('index')) await this.#executeStep(plan, 'index');
    if (publish === 'ahead') this.#endOfFile.publish();
    if (!plan.isEmpty('visible') || publish === 'ahead') await this.#executeStep(plan, 'visible');
    if (!plan.isEmpty('turned')) await this.#executeStep(plan, 'turned');
  }

  async #executeStep(plan: CommitPlan, step: Step): Promise<void> {
    for (const { address, bytes } of plan.writesOf(step)) this.#queue.write(address, bytes);
    await this.#sync();
  }

  async #sync(): Promise<void> {
    await this.#queue.drain();
    await this.#storage.sync();
  }

  async #close(): Promise<void> {
    // From the next turn on: first this promise must be known as the one that closes.
    await undefined;
    try {
      await this.#running;
      for (const part of this.#finishedAtClose) {
        part.finish();
        await this.pressure();
      }
      await this.#commit();
      const end = this.#endOfFile.lower(this.allocation.endAddress);
      await this.#sync();
      this.#queue.truncate(end);
      await this.#sync();
    } finally {
      clearTimeout(this.#timer);
      await this.#storage.close();
    }
  }
}
