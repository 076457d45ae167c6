import { Worker } from 'node:worker_threads';
import type { CompressedForm } from '../bsread/compression/index.ts';

/** Compressed bytes that may wait for the thread; what comes beyond them is not verified. */
const mostWaitingBytes = 64 * 1024 ** 2;
/** And what they decode to: every commit waits for it, a tenth of a second where the machine is not busy. */
const mostDecodedBytes = 256 * 1024 ** 2;

/** Memory that the thread has given back, and that is kept for frames to come: new memory costs more than the copy. */
const mostSpareBytes = 16 * 1024 * 1024;
/** Frames below are copied to memory of their own. */
const leastSpareBytes = 64 * 1024;

/** A frame to decode, for the thread. */
export interface VerifierTask {
  readonly frame: Uint8Array<ArrayBuffer>;
  readonly form: CompressedForm;
}

/** Why a frame does not decode; undefined when it does. */
export type Verdict = string | undefined;

export interface VerifierAnswer {
  readonly verdict: Verdict;
  /** Of the frame, which nobody needs any more. */
  readonly memory: ArrayBuffer;
}

interface Waiting {
  readonly sizeBytes: number;
  readonly decodedBytes: number;
  readonly decided: (verdict: Verdict) => void;
}

/** Decodes compressed frames in a thread, only to know whether they can be. The thread is started by the first. */
export class Verifier {
  /** Frames that were not verified, as the thread did not keep up. */
  unverified = 0;
  #thread: Worker | undefined;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #decodedBytes = 0;
  /** The one used last comes last: its memory is the warmest. */
  #spare: ArrayBuffer[] = [];
  #spareBytes = 0;
  #idle: (() => void)[] = [];
  #isBroken = false;

  get isBusy(): boolean {
    return this.#waiting.length > 0;
  }

  /**
   * Calls `decided` when the frame is decoded, in the order of the calls.
   *
   * @returns false when the thread does not keep up: `decided` is not called then
   */
  check(frame: Uint8Array, form: CompressedForm, decided: (verdict: Verdict) => void): boolean {
    const { sizeBytes: decodedBytes = 0 } = form;
    const isTooMuch =
      this.#waitingBytes + frame.length > mostWaitingBytes ||
      (this.isBusy && this.#decodedBytes + decodedBytes > mostDecodedBytes);
    if (this.#isBroken || isTooMuch) {
      this.unverified++;
      return false;
    }
    this.#thread ??= this.#start();
    // A process must not end while a recording waits for an answer, and may when none is due.
    if (!this.isBusy) this.#thread.ref();
    const copy = this.#copy(frame);
    const task: VerifierTask = { frame: copy, form };
    this.#waiting.push({ sizeBytes: frame.length, decodedBytes, decided });
    this.#waitingBytes += frame.length;
    this.#decodedBytes += decodedBytes;
    this.#thread.postMessage(task, [copy.buffer]);
    return true;
  }

  /** Calls `act`, which must not throw, in the turn in which the last frame is decided; while there is one. */
  whenIdle(act: () => void): void {
    this.#idle.push(act);
  }

  async close(): Promise<void> {
    this.#isBroken = true;
    const thread = this.#thread;
    // No answer may unref it now: the process would end before its end is told.
    this.#thread = undefined;
    await thread?.terminate();
    this.#breakOff();
  }

  #start(): Worker {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const thread = new Worker(new URL(`./verifier-thread.${extension}`, import.meta.url));
    thread.on('message', ({ verdict, memory }: VerifierAnswer) => {
      this.#keep(memory);
      this.#answer(verdict);
    });
    thread.on('error', () => this.#breakOff());
    thread.unref();
    return thread;
  }

  #copy(frame: Uint8Array): Uint8Array<ArrayBuffer> {
    const { length } = frame;
    if (length < leastSpareBytes) return new Uint8Array(frame);
    const spare = this.#spare.pop();
    this.#spareBytes -= spare?.byteLength ?? 0;
    // What is too small is given up. What is new has some room: the frames of a detector differ a little in size.
    const isEnough = spare !== undefined && spare.byteLength >= length;
    const copy = new Uint8Array(isEnough ? spare : new ArrayBuffer(length + (length >> 3)), 0, length);
    copy.set(frame);
    return copy;
  }

  #keep(memory: ArrayBuffer): void {
    const { byteLength } = memory;
    if (byteLength < leastSpareBytes || this.#spareBytes + byteLength > mostSpareBytes) return;
    this.#spare.push(memory);
    this.#spareBytes += byteLength;
  }

  #answer(verdict: Verdict): void {
    const first = this.#waiting.shift();
    if (first === undefined) return;
    this.#waitingBytes -= first.sizeBytes;
    this.#decodedBytes -= first.decodedBytes;
    first.decided(verdict);
    if (this.isBusy) return;
    this.#thread?.unref();
    for (const act of this.#idle.splice(0)) act();
  }

  /** Without the thread frames are kept as they came, and counted. */
  #breakOff(): void {
    this.#isBroken = true;
    while (this.isBusy) {
      this.unverified++;
      this.#answer(undefined);
    }
  }
}
