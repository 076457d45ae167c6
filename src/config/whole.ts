import type { Clock } from '../shared/clock.ts';
import { isAlidadeError } from '../shared/errors.ts';
import { keyText, type Space } from '../store/index.ts';
import { historyKey, membersKey, sentKey } from './layout.ts';
import { load } from './load.ts';
import { commitsUpTo } from './replay.ts';
import { stateText } from './state.ts';

/** At most one a second of each configuration, by whichever process. */
const betweenMs = 1000;
const mostBytes = 1_000_000;

/**
 * Sends whole configurations on their own channels after a commit: only when somebody may hear it, and under a burst once a
 * second, the newest state last. Which revision was sent and when stands in the store, so that several writers keep to one
 * rhythm and send nothing twice.
 */
export class WholeConfigurations {
  readonly #space: Space;
  readonly #clock: Clock;
  /** Those whose newest revision is to be sent, with what is under way for it. */
  readonly #owed = new Map<string, Promise<void>>();
  /** Committed again while the last was being sent. */
  readonly #again = new Set<string>();

  constructor(space: Space, clock: Clock) {
    this.#space = space;
    this.#clock = clock;
  }

  /** Called after each commit. Never fails: whoever misses it is told by the next one, and finds it by reading. */
  changed(configuration: string): void {
    if (this.#owed.has(configuration)) {
      this.#again.add(configuration);
      return;
    }
    const sending = this.#send(configuration).catch((error) => {
      if (!isAlidadeError(error)) throw error;
    });
    this.#owed.set(
      configuration,
      sending.finally(() => {
        this.#owed.delete(configuration);
        if (this.#again.delete(configuration)) this.changed(configuration);
      }),
    );
  }

  /** Resolves when nothing is owed. */
  async settled(): Promise<void> {
    while (this.#owed.size > 0) await Promise.all(this.#owed.values());
  }

  async #send(configuration: string): Promise<void> {
    if (!(await this.#space.mayBeHeard(configuration))) return;
    const key = sentKey(configuration);
    for (;;) {
      const [stamp, newest] = await this.#space.readMany([
        { read: 'value', key },
        { read: 'length', key: historyKey(configuration) },
      ]);
      const sent = sentOf(stamp);
      if (sent.revision === newest) return;
      const waitMs = sent.timeMs + betweenMs - this.#clock.nowMs();
      // A time further ahead is of a clock that was wrong.
      if (waitMs > 0 && waitMs <= betweenMs) {
        await new Promise<void>((resolve) => this.#clock.after(waitMs, resolve));
        continue;
      }
      this.#again.delete(configuration);
      const { revision, text } = await this.#payload(configuration, sent.revision);
      const value = Buffer.from(JSON.stringify({ revision, timeMs: this.#clock.nowMs() }));
      const { applied } = await this.#space.batch(
        [stamp === undefined ? { if: 'absent', key } : { if: 'equals', key, value: stamp }],
        [{ do: 'set', key, value, notice: { channel: configuration, payload: Buffer.from(text) } }],
        { durability: 'fast' },
      );
      if (applied) return;
    }
  }

  async #payload(configuration: string, sentRevision: number): Promise<{ revision: number; text: string }> {
    const members = await this.#space.read({ read: 'members', key: membersKey(configuration) });
    // No shorter text than `"x":{},` for each, and the name of the configuration is not in it.
    const least = members.reduce((sum, name) => sum + name.length - configuration.length, 0);
    let revision = await this.#space.read({ read: 'length', key: historyKey(configuration) });
    if (least <= 2 * mostBytes) {
      const loaded = await load(this.#space, configuration);
      const text = stateText(loaded.current);
      if (Buffer.byteLength(text) <= mostBytes) return { revision: loaded.revision, text };
      revision = loaded.revision;
    }
    const names = await this.#namesSince(configuration, sentRevision, revision);
    return { revision, text: JSON.stringify({ revision, ...(names !== undefined && { names }) }) };
  }

  /** The hashes that changed after a revision; undefined where their names alone are too long. */
  async #namesSince(configuration: string, first: number, last: number): Promise<string[] | undefined> {
    const names = new Set<string>();
    let length = 0;
    for await (const { changes } of commitsUpTo(
      this.#space,
      configuration,
      last,
      first < 0 ? last : first + 1,
    )) {
      for (const { hash } of changes) {
        if (names.has(hash)) continue;
        names.add(hash);
        length += hash.length + 3;
        if (length > mostBytes) return undefined;
      }
    }
    return [...names];
  }
}

function sentOf(stamp: Uint8Array | undefined): { revision: number; timeMs: number } {
  try {
    const { revision, timeMs } = JSON.parse(stamp === undefined ? '{}' : keyText(stamp)) as Record<
      string,
      unknown
    >;
    return { revision: Number(revision ?? -1), timeMs: Number(timeMs ?? Number.NEGATIVE_INFINITY) };
  } catch {
    return { revision: -1, timeMs: Number.NEGATIVE_INFINITY };
  }
}
