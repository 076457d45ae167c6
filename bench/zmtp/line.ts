import { setTimeout as sleep } from 'node:timers/promises';
import { nodePeer, Peer } from '../peer.ts';
import type { Case, Kind } from './cases.ts';

/** Before this the receiver is connected, and a subscription of it has arrived. */
const connectedWithinMs = 100;

/** One run: a number of messages from one process to another. */
export interface Run {
  readonly perSecond: number;
  readonly senderCpuMicroseconds: number;
  readonly receiverCpuMicroseconds: number;
}

/** A sender that binds and a receiver that connects, as streams have it: each a process that stays warm from run to run. */
export class Line {
  readonly kind: Kind;
  #sender: Peer;
  #receiver: Peer;

  constructor(kind: Kind, python: string) {
    this.kind = kind;
    const start = () =>
      kind === 'pyzmq'
        ? new Peer(python, [new URL('./peer.py', import.meta.url).pathname])
        : nodePeer(new URL('./peer.ts', import.meta.url), kind);
    this.#sender = start();
    this.#receiver = start();
  }

  async run({ pattern, sizesBytes }: Case, count: number): Promise<Run> {
    this.#sender.ask('bind', pattern, sizesBytes);
    const { endpoint } = await this.#sender.answer<{ endpoint: string }>();
    this.#receiver.ask('receive', pattern, sizesBytes, count, endpoint);
    await sleep(connectedWithinMs);
    this.#sender.ask('send', count);
    const received = await this.#receiver.answer<{ seconds: number; cpuMicroseconds: number }>();
    // Only now is everything written, also by threads that go on when the last send has returned.
    this.#sender.ask('finish');
    const sent = await this.#sender.answer<{ cpuMicroseconds: number }>();
    return {
      perSecond: count / received.seconds,
      senderCpuMicroseconds: sent.cpuMicroseconds / count,
      receiverCpuMicroseconds: received.cpuMicroseconds / count,
    };
  }

  end(): void {
    this.#sender.end();
    this.#receiver.end();
  }
}
