import type { ConnectionOptions } from 'node:tls';
import type { Store } from '../store.ts';
import { RedisStore } from './redis-store.ts';
import { redisTarget } from './url.ts';

export interface OpenRedisOptions {
  /** Gives up the first connection. */
  readonly signal?: AbortSignal | undefined;
  /** Certificates and the like for `rediss:`, as `node:tls` has them. */
  readonly tls?: ConnectionOptions | undefined;
  /** How long the first connection may take, and how long an operation waits for a server that is away. */
  readonly waitMs?: number | undefined;
  /** A server that is silent for so long while an answer is due counts as gone. */
  readonly answerMs?: number | undefined;
  /** How often the server is asked for a sign of life on the connection for notices. */
  readonly pingMs?: number | undefined;
}

/**
 * Opens a store on a Redis server (tested with Redis 7, over RESP3 and RESP2):
 * `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS. The spaces are the databases 0 (state),
 * 1 (shm) and 2 (config); a URL that names a database keeps every space there. It connects before it resolves.
 *
 * A lost connection is made again for ever. An operation called meanwhile waits up to `waitMs` and then rejects without
 * having been sent; one that was under way rejects with ALI_STORE_UNREACHABLE and was done once or not at all.
 *
 * Channels of Redis are global: a subscription hears the notices of every space of the server, whatever its database.
 * A server ends a connection for notices that falls 32 MiB behind (`client-output-buffer-limit`), be it by one notice;
 * its subscriptions then see a gap.
 * On a Redis Cluster a batch needs all its keys in one hash slot, and only keys of the node that the URL names are
 * reached.
 *
 * @throws ALI_STORE_URL, ALI_STORE_UNREACHABLE within about 5 s, ALI_STORE_LOGIN, ALI_ABORTED. No error shows a password.
 * @example
 * await using store = await openRedis('redis://127.0.0.1:6379');
 * const state = await store.space('state');
 */
export async function openRedis(url: URL | string, options: OpenRedisOptions = {}): Promise<Store> {
  const store = new RedisStore({
    target: redisTarget(url, options.tls),
    waitMs: options.waitMs ?? 5000,
    answerMs: options.answerMs ?? 10_000,
    pingMs: options.pingMs ?? 2000,
  });
  try {
    await store.connectSpace('state', options.signal);
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}
