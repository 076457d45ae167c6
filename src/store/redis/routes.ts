import type { Glob } from '../glob.ts';
import type { NoticeQueue } from '../notice-queue.ts';
import { latin1 } from './bytes.ts';

/** The command that asks for it; in lower case, because ioredis 6 fails over any other on a server without RESP3. */
export type RouteKind = 'subscribe' | 'psubscribe';

/** A channel or pattern that the server is asked for, and who wants it. */
export interface Route {
  readonly kind: RouteKind;
  readonly name: Buffer;
  readonly listeners: Set<Listener>;
  /** Resolves when the server has confirmed, on whichever connection; rejects only when it refuses. */
  readonly confirmed: Promise<void>;
  readonly confirm: () => void;
  readonly refuse: (error: unknown) => void;
}

interface ListenerPattern {
  readonly glob: Glob;
  readonly route: string;
  /** The route lets more through than the pattern, so that the glob decides. */
  readonly widened: boolean;
}

export interface Listener {
  readonly queue: NoticeQueue;
  readonly channels: ReadonlySet<string>;
  readonly patterns: readonly ListenerPattern[];
  /** Since its subscribe() has resolved: from then on a lost connection is a gap. */
  started: boolean;
  readonly onEnd: () => void;
}

/** Who hears what, with reference counts: a route stands as long as a listener wants it. */
export class Routes {
  #byKind = { subscribe: new Map<string, Route>(), psubscribe: new Map<string, Route>() };

  /** All routes of a listener, and those among them that are new. */
  join(listener: Listener): { all: Route[]; added: Route[] } {
    const all: Route[] = [];
    const added: Route[] = [];
    for (const [kind, key] of wanted(listener)) {
      let route = this.#byKind[kind].get(key);
      if (route === undefined) {
        route = newRoute(kind, key);
        this.#byKind[kind].set(key, route);
        added.push(route);
      }
      route.listeners.add(listener);
      all.push(route);
    }
    return { all, added };
  }

  /** The routes that nobody wants any more. */
  leave(listener: Listener): Route[] {
    const dropped: Route[] = [];
    for (const [kind, key] of wanted(listener)) {
      const route = this.#byKind[kind].get(key);
      if (route?.listeners.delete(listener) !== true || route.listeners.size > 0) continue;
      this.#byKind[kind].delete(key);
      dropped.push(route);
    }
    return dropped;
  }

  all(): Route[] {
    return [...this.#byKind.subscribe.values(), ...this.#byKind.psubscribe.values()];
  }

  /** Gives a message of an exact channel to those who asked for it. */
  message(channel: Buffer, payload: Buffer): void {
    const route = this.#byKind.subscribe.get(latin1(channel));
    if (route === undefined) return;
    for (const { queue } of route.listeners) queue.push({ event: 'notice', channel, payload });
  }

  /**
   * Gives a message of a pattern to those who asked for it. The server sends one notice for each channel and pattern of
   * this connection that it matches; a listener hears it by the first of its own filters that matches, and only once.
   */
  patternMessage(pattern: Buffer, channel: Buffer, payload: Buffer): void {
    const key = latin1(pattern);
    const route = this.#byKind.psubscribe.get(key);
    if (route === undefined) return;
    const name = latin1(channel);
    for (const { queue, channels, patterns } of route.listeners) {
      if (channels.has(name)) continue;
      const first = patterns.find((own) => (own.route === key && !own.widened) || own.glob.matches(channel));
      if (first?.route === key) queue.push({ event: 'notice', channel, payload });
    }
  }
}

function* wanted(listener: Listener): Generator<[RouteKind, string]> {
  for (const channel of listener.channels) yield ['subscribe', channel];
  for (const { route } of listener.patterns) yield ['psubscribe', route];
}

function newRoute(kind: RouteKind, key: string): Route {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  promise.catch(() => {});
  return {
    kind,
    name: Buffer.from(key, 'latin1'),
    listeners: new Set(),
    confirmed: promise,
    confirm: resolve,
    refuse: reject,
  };
}
