import type { Delivery } from '../../bus/index.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Dialect, Reply } from '../message.ts';
import { ChunkAssembler } from './chunks.ts';
import { isHeaderMessage } from './header.ts';
import { readMessage } from './read.ts';

/** Reads replies as they come, those of v3 from their pieces. */
export class ReplyCollector {
  readonly replies: Reply[] = [];
  /** Why the last thing that came was no reply. */
  fault = 'nothing came';
  readonly #wire: Dialect;
  readonly #chunks: ChunkAssembler;
  readonly #onReply: ((reply: Reply) => void) | undefined;

  constructor(wire: Dialect, clock: Clock, onReply?: (reply: Reply) => void) {
    this.#wire = wire;
    // Pieces may come for as long as the request waits.
    this.#chunks = new ChunkAssembler({ clock, waitMs: 2 ** 31, onLost: () => {} });
    this.#onReply = onReply;
  }

  /** Gives what came of it: a reply, `fault`, or undefined while pieces are missing. */
  add(delivery: Delivery): Reply | 'fault' | undefined {
    const assembled = isHeaderMessage(delivery)
      ? this.#chunks.add(delivery)
      : { state: 'whole' as const, delivery };
    if (assembled.state === 'waiting') return undefined;
    if (assembled.state === 'refused') return this.#refuse(assembled.reason);
    const incoming = readMessage(assembled.delivery, { wire: this.#wire });
    if (incoming.kind !== 'reply') {
      return this.#refuse(incoming.kind === 'unreadable' ? incoming.reason : `it is a ${incoming.kind}`);
    }
    this.replies.push(incoming.reply);
    this.#onReply?.(incoming.reply);
    return incoming.reply;
  }

  close(): void {
    this.#chunks.close();
  }

  #refuse(reason: string): 'fault' {
    this.fault = reason;
    return 'fault';
  }
}
