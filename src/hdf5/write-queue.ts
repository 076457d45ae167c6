import type { Hdf5Storage } from './storage.ts';

interface Entry {
  readonly position: number;
  /** None: the file gets the size `position`. */
  readonly bytes: Uint8Array | undefined;
  readonly onWritten?: (() => void) | undefined;
}

interface Waiter extends PromiseWithResolvers<void> {
  /** How many entries must be written for it. */
  readonly count: number;
}

/** What one call of `writeAt` takes at most, unless a single entry is larger. */
const largestWriteBytes = 8 * 1024 * 1024;
const mostPieces = 1024;
/** Pieces up to this size are put side by side for a call: for Node.js and the system a piece costs more than the copy. */
const mostGatheredBytes = 8 * 1024;
/** Of them together, in one call. */
const gatherBytes = 512 * 1024;
/** Fewer pieces are not worth it. */
const leastGathered = 16;
/**
 * Calls of the storage at a time. One by one, each waits for a thread and then for the event loop: on a busy machine the
 * thousands of places that a commit of many datasets changes would take seconds.
 */
const mostCalls = 128;
/** What an entry costs in memory beside its bytes. */
const entryBytes = 128;
/** In place of entries that were taken, whose bytes are not to be kept. */
const takenEntry: Entry = { position: 0, bytes: undefined };

/**
 * Writes behind the caller's back, in the order of {@link write}; what follows each other in the file goes in one call
 * of the storage, and calls go side by side as long as each is for a place behind the one before. The first failure is
 * kept: nothing is written after it.
 */
export class WriteQueue {
  failure: unknown;
  readonly #storage: Hdf5Storage;
  readonly #limitBytes: number;
  #entries: Entry[] = [];
  /** Of {@link #entries}, how many are written or being written. */
  #taken = 0;
  #handedCount = 0;
  #writtenCount = 0;
  #waiters: Waiter[] = [];
  #isRunning = false;
  /** Where small pieces are put side by side, and how much of it the calls that go on have. */
  #gathering: Uint8Array | undefined;
  #gatheredBytes = 0;
  #heldBytes = 0;
  #relief: PromiseWithResolvers<void> | undefined;

  constructor(storage: Hdf5Storage, limitBytes: number) {
    this.#storage = storage;
    this.#limitBytes = limitBytes;
  }

  /**
   * The bytes may not change until they are written.
   *
   * @param onWritten called then, and never where they are not; it must not throw
   */
  write(position: number, bytes: Uint8Array, onWritten?: () => void): void {
    this.#add({ position, bytes, onWritten });
  }

  truncate(sizeBytes: number): void {
    this.#add({ position: sizeBytes, bytes: undefined });
  }

  /** Counts bytes that wait elsewhere, such as those being compressed, until {@link release}. */
  hold(sizeBytes: number): void {
    this.#heldBytes += sizeBytes;
  }

  release(sizeBytes: number): void {
    this.#heldBytes -= sizeBytes;
    if (this.#relief !== undefined && this.#heldBytes <= this.#limitBytes / 2) this.#relieve();
  }

  /** Undefined while there is room, else a promise of some. It never rejects: who asks again meets the failure. */
  pressure(): Promise<void> | undefined {
    if (this.#heldBytes <= this.#limitBytes || this.failure !== undefined) return undefined;
    this.#relief ??= Promise.withResolvers();
    return this.#relief.promise;
  }

  /** Resolves when everything handed over before is written. @throws the failure */
  async drain(): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    if (this.#writtenCount === this.#handedCount) return;
    const waiter = { count: this.#handedCount, ...Promise.withResolvers<void>() };
    this.#waiters.push(waiter);
    await waiter.promise;
  }

  /** Nothing is written from now on. */
  fail(failure: unknown): void {
    this.failure ??= failure;
    this.#entries = [];
    this.#taken = 0;
    for (const { reject } of this.#waiters.splice(0)) reject(this.failure);
    this.#relieve();
  }

  #add(entry: Entry): void {
    if (this.failure !== undefined) return;
    this.#entries.push(entry);
    this.#handedCount++;
    this.hold(heldBytes(entry));
    if (this.#isRunning) return;
    this.#isRunning = true;
    // Later entries of the same turn join the first call.
    queueMicrotask(() => this.#run());
  }

  #relieve(): void {
    this.#relief?.resolve();
    this.#relief = undefined;
  }

  async #run(): Promise<void> {
    while (this.#taken < this.#entries.length) {
      const batches = this.#takeSeveral();
      this.#gatheredBytes = 0;
      const calls = await Promise.allSettled(batches.map((batch) => this.#execute(batch)));
      const failed = calls.find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') {
        this.fail(failed.reason);
        break;
      }
      for (const batch of batches) {
        this.#writtenCount += batch.length;
        this.release(batch.reduce((sum, entry) => sum + heldBytes(entry), 0));
        for (const { onWritten } of batch) onWritten?.();
      }
      while ((this.#waiters[0]?.count ?? Infinity) <= this.#writtenCount) this.#waiters.shift()?.resolve();
    }
    this.#isRunning = false;
  }

  async #execute(batch: readonly Entry[]): Promise<void> {
    const position = batch[0]?.position ?? 0;
    const pieces = batch.flatMap(({ bytes }) => bytes ?? []);
    if (pieces.length === 0) return this.#storage.truncate(position);
    if (pieces.length === 1) return this.#storage.writeAt(position, pieces[0] as Uint8Array);
    return this.#storage.writeAt(position, pieces.length < leastGathered ? pieces : this.#gather(pieces));
  }

  #gather(pieces: readonly Uint8Array[]): Uint8Array[] {
    this.#gathering ??= Buffer.allocUnsafeSlow(gatherBytes);
    const gathering = this.#gathering;
    const gathered: Uint8Array[] = [];
    let [start, end] = [this.#gatheredBytes, this.#gatheredBytes];
    for (const piece of pieces) {
      if (piece.length <= mostGatheredBytes) {
        gathering.set(piece, end);
        end += piece.length;
        continue;
      }
      if (end > start) gathered.push(gathering.subarray(start, end));
      start = end;
      gathered.push(piece);
    }
    if (end > start) gathered.push(gathering.subarray(start, end));
    this.#gatheredBytes = end;
    return gathered;
  }

  /** Batches that do not overlap, as they stand one behind the other in the file. */
  #takeSeveral(): Entry[][] {
    if (this.#taken > 1024 && this.#taken > this.#entries.length / 2) {
      this.#entries = this.#entries.slice(this.#taken);
      this.#taken = 0;
    }
    const batches: Entry[][] = [];
    let [end, sizeBytes, smallBytes] = [0, 0, 0];
    do {
      const batch = this.#take(gatherBytes - smallBytes);
      batches.push(batch);
      for (const { position, bytes } of batch) {
        if (bytes === undefined) return batches;
        end = position + bytes.length;
        sizeBytes += bytes.length;
        if (bytes.length <= mostGatheredBytes) smallBytes += bytes.length;
      }
    } while (
      batches.length < mostCalls &&
      sizeBytes < largestWriteBytes &&
      smallBytes + mostGatheredBytes <= gatherBytes &&
      this.#isBehind(end)
    );
    return batches;
  }

  /** Whether the next entry is for a place from `end` on. */
  #isBehind(end: number): boolean {
    const next = this.#entries[this.#taken];
    return next?.bytes !== undefined && next.position >= end;
  }

  /** The next entries, as far as they follow each other in the file, with so many bytes of small ones. */
  #take(mostSmallBytes: number): Entry[] {
    const first = this.#taken;
    if (this.#entries[first]?.bytes === undefined) return this.#entries.slice(first, ++this.#taken);
    let sizeBytes = 0;
    let smallBytes = 0;
    let end = this.#entries[first]?.position;
    for (;;) {
      const entry = this.#entries[this.#taken];
      if (entry?.bytes === undefined || entry.position !== end || this.#taken - first === mostPieces) break;
      if (sizeBytes > 0 && sizeBytes + entry.bytes.length > largestWriteBytes) break;
      if (entry.bytes.length <= mostGatheredBytes) {
        if (smallBytes + entry.bytes.length > mostSmallBytes) break;
        smallBytes += entry.bytes.length;
      }
      end = entry.position + entry.bytes.length;
      sizeBytes += entry.bytes.length;
      this.#taken++;
    }
    const batch = this.#entries.slice(first, this.#taken);
    this.#entries.fill(takenEntry, first, this.#taken);
    return batch;
  }
}

function heldBytes({ bytes }: Entry): number {
  return entryBytes + (bytes?.length ?? 0);
}
