import type { Clock } from '../shared/clock.ts';
import { AlidadeError } from '../shared/errors.ts';
import { keyText, type Space, type Subscription } from '../store/index.ts';
import { readTexts, setFrame } from './reader.ts';

/** A frame whose `ts` is younger than this has a sender that is alive. */
export const aliveSeconds = 5;
/** So long frames are watched before a replay begins. */
export const watchMs = 1000;

/**
 * Sees to it that no frame is replayed while somebody else sends it. Somebody is alive whose frame in the store is less
 * than {@link aliveSeconds} old by its own time, who writes it while it is watched for {@link watchMs} before the
 * replay, or who writes it during the replay. A sender that was silent for longer cannot be known.
 */
export class ReplayGuard implements AsyncDisposable {
  readonly #subscription: Subscription;
  /** How many writes of ours each frame's notices will tell of. */
  readonly #own = new Map<string, number>();
  readonly #abort = new AbortController();
  readonly #listening: Promise<void>;

  private constructor(subscription: Subscription) {
    this.#subscription = subscription;
    this.#listening = this.#listen();
  }

  /** @throws ALI_SHM_SENDER_ALIVE */
  static async open(
    space: Space,
    names: readonly string[],
    clock: Clock,
    signal: AbortSignal | undefined,
  ): Promise<ReplayGuard> {
    const guard = new ReplayGuard(await space.subscribe({ channels: names }));
    try {
      for (const name of names) await guard.#assertOld(space, name, clock.nowMs() / 1000);
      await guard.#watch(clock, signal);
      guard.assertAlone();
      return guard;
    } catch (error) {
      await guard.close();
      throw error;
    }
  }

  /** Fires when somebody else sends. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** A write of the replay itself, told before it is done. */
  writing(name: string): void {
    this.#own.set(name, (this.#own.get(name) ?? 0) + 1);
  }

  /** @throws ALI_SHM_SENDER_ALIVE */
  assertAlone(): void {
    this.#abort.signal.throwIfAborted();
  }

  async close(): Promise<void> {
    await this.#subscription.close();
    await this.#listening;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #assertOld(space: Space, name: string, nowSeconds: number): Promise<void> {
    const [text] = await readTexts(space, [name]);
    const frame = setFrame(name, text);
    if (frame === undefined) return;
    const ageSeconds = nowSeconds - frame.ts;
    if (Math.abs(ageSeconds) < aliveSeconds) {
      throw senderAlive(`${name} was sent by ${frame.sender} ${ageSeconds.toFixed(1)} s ago`);
    }
  }

  async #watch(clock: Clock, signal: AbortSignal | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = clock.after(watchMs, resolve);
      for (const early of [signal, this.signal]) {
        early?.addEventListener('abort', () => {
          cancel();
          resolve();
        });
      }
    });
  }

  /** Never rejects: who cannot be listened for ends the replay as well. */
  async #listen(): Promise<void> {
    const heard = new Map<string, number>();
    try {
      for await (const event of this.#subscription) {
        if (event.event !== 'notice') continue;
        const name = keyText(event.channel);
        heard.set(name, (heard.get(name) ?? 0) + 1);
        if ((heard.get(name) ?? 0) > (this.#own.get(name) ?? 0)) {
          throw senderAlive(`somebody else sends ${name}`);
        }
      }
    } catch (error) {
      this.#abort.abort(error);
    }
  }
}

function senderAlive(what: string): AlidadeError {
  return new AlidadeError(
    'ALI_SHM_SENDER_ALIVE',
    `${what}: a replay beside a live sender could move what it commands; stop the sender, give the frames another name with --prefix, or say --live`,
  );
}
