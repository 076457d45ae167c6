import type { Message } from '../zmtp/index.ts';
import { Channel } from './channel.ts';
import type { DataHeader } from './data-header.ts';
import type { KnownHeader } from './header-cache.ts';
import type { MainHeader } from './main-header.ts';
import { releaseMemory } from './release-memory.ts';

const noFrame = new Uint8Array(0);

/** What one pulse brought. */
export class PulseMessage {
  readonly mainHeader: MainHeader;
  /** As received, untouched and valid until {@link release}: send them on as they are to pass the message on. */
  readonly frames: Message;
  /** Whether the data header is another than that of the message before. */
  readonly isNewHeader: boolean;
  readonly #known: KnownHeader;
  readonly #strictPython: boolean;
  #channels: Channel[] | undefined;

  constructor(
    mainHeader: MainHeader,
    frames: Message,
    known: KnownHeader,
    isNewHeader: boolean,
    strictPython: boolean,
  ) {
    this.mainHeader = mainHeader;
    this.frames = frames;
    this.isNewHeader = isNewHeader;
    this.#known = known;
    this.#strictPython = strictPython;
  }

  get pulseId(): bigint {
    return this.mainHeader.pulseId;
  }

  /** Nanoseconds of Unix time; undefined where the message has none. */
  get globalTimestampNs(): bigint | undefined {
    return this.mainHeader.globalTimestampNs;
  }

  /** The same object for all messages with the same header: compare with `===`. */
  get dataHeader(): DataHeader {
    return this.#known.header;
  }

  /** Those that were asked for, in the order of the header. */
  get channels(): readonly Channel[] {
    this.#channels ??= this.#known.wanted.map((definition) => {
      const at = 2 + 2 * definition.index;
      const { frames } = this;
      return new Channel(definition, frames[at] as Uint8Array, frames[at + 1] ?? noFrame, this.#strictPython);
    });
    return this.#channels;
  }

  /**
   * Gives the memory of large frames and arrays (16 KiB and more) back at once. Else they wait for the collection of
   * garbage, on which a program that looks at images and lets them go spends much of its time. They are empty from then
   * on, wherever somebody has them: so not while the frames are being sent on, nor where arrays were kept.
   *
   * @example
   * await using source = await Source.open({ addresses: 'tcp://127.0.0.1:9999' });
   * for await (const message of source) {
   *   console.log(message.channel('IMAGE')?.value());
   *   message.release();
   * }
   */
  release(): void {
    for (const frame of this.frames) releaseMemory(frame);
    for (const channel of this.#channels ?? []) channel.release();
  }

  /** The channel of a name: the last one, if several have it. Undefined when there is none, or it was not asked for. */
  channel(name: string): Channel | undefined {
    const place = this.#known.places.get(name);
    return place === undefined ? undefined : this.channels[place];
  }
}
