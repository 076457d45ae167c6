import type { Peer } from '../../ipc/index.ts';
import { TopicIndex } from '../topic-index.ts';
import type { WireBinding } from '../wire/binding.ts';
import type { WireMessage } from './frames.ts';

/** A queue of the bus: one of ours, or one of a peer. */
export interface Queue {
  readonly name: string;
  readonly bindings: readonly WireBinding[];
  readonly owner: Peer | OwnQueue;
}

export interface OwnQueue {
  take(message: WireMessage): void;
}

/** Who takes a message: queues of ours, and peers, each once. */
export interface Route {
  readonly own: readonly OwnQueue[];
  readonly peers: readonly Peer[];
}

const nobody: Route = { own: [], peers: [] };

/** Every queue of the bus and what is bound to it. */
export class Routes {
  readonly #isPeer: (owner: Peer | OwnQueue) => owner is Peer;
  readonly #topics = new Map<string, TopicIndex<Queue, Route>>();
  readonly #queues = new Map<string, Queue>();

  constructor(isPeer: (owner: Peer | OwnQueue) => owner is Peer) {
    this.#isPeer = isPeer;
  }

  find(name: string): Queue | undefined {
    return this.#queues.get(name);
  }

  all(): Iterable<Queue> {
    return this.#queues.values();
  }

  /** Those of ours, or of one peer. */
  *of(owner: Peer | undefined): Iterable<Queue> {
    for (const queue of this.#queues.values()) {
      if (owner === undefined ? !this.#isPeer(queue.owner) : queue.owner === owner) yield queue;
    }
  }

  add(queue: Queue): void {
    const old = this.#queues.get(queue.name);
    if (old !== undefined) this.remove(old);
    this.#queues.set(queue.name, queue);
    for (const { exchange, key } of queue.bindings) {
      const topics = this.#topics.get(exchange) ?? new TopicIndex((queues) => this.#routeOf(queues));
      this.#topics.set(exchange, topics);
      topics.add(key, queue);
    }
  }

  remove(queue: Queue): void {
    if (this.#queues.get(queue.name) === queue) this.#queues.delete(queue.name);
    for (const { exchange, key } of queue.bindings) this.#topics.get(exchange)?.delete(key, queue);
  }

  match(exchange: string, routingKey: string): Route {
    return this.#topics.get(exchange)?.match(routingKey) ?? nobody;
  }

  #routeOf(queues: readonly Queue[]): Route {
    const own: OwnQueue[] = [];
    const peers: Peer[] = [];
    for (const { owner } of queues) {
      if (!this.#isPeer(owner)) own.push(owner);
      else if (!peers.includes(owner)) peers.push(owner);
    }
    return { own, peers };
  }
}
