import { join } from 'node:path';
import { openStore, type Store } from '../../src/store/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { RedisServer } from '../support/redis-server.ts';
import { requireServer } from '../support/require-server.ts';
import { hexOf } from '../support/snapshot-fixtures.ts';
import { contentsOf } from '../support/space-contents.ts';

/** A place of its own for a store, which is empty. */
export interface Place extends AsyncDisposable {
  readonly url: string;
}

export async function sqlitePlace(): Promise<Place> {
  const folder = temporaryFolder();
  return {
    url: `sqlite:${join(folder.path, 'store')}`,
    [Symbol.asyncDispose]: async () => folder[Symbol.dispose](),
  };
}

export async function redisPlace(): Promise<Place> {
  const server = await RedisServer.start();
  return { url: server.url, [Symbol.asyncDispose]: () => server.close() };
}

export const hasRedis = requireServer('redis-server', 'copies, backups and checks of Redis stores');
export const places: readonly (readonly [name: string, make: () => Promise<Place>])[] = [
  ['sqlite:', sqlitePlace],
  ...(hasRedis ? [['redis:', redisPlace] as const] : []),
];

export const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
export const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => bytes(String(i).padStart(8, '0')));

/** Fills the three spaces with every kind of entry, long ones too. */
export async function fill(store: Store): Promise<void> {
  const state = await store.space('state');
  await state.write({ do: 'set', key: 'value', value: bytes('\xff\x01') });
  await state.write({ do: 'set', key: Uint8Array.of(0, 255, 10), value: new Uint8Array(0) });
  await state.write({ do: 'set', key: 'large', value: new Uint8Array(3_000_000).fill(7) });
  await state.write({ do: 'set', key: 'mortal', value: bytes('x'), expireMs: 3_600_000 });
  await state.write({ do: 'add', key: 'series', members: numbered(25_000) });
  await state.write({ do: 'add', key: 'short', members: [new Uint8Array(0), bytes('b')] });
  const fields = numbered(5000).map(
    (field) => ({ do: 'set-field', key: 'hash', field, value: field }) as const,
  );
  await state.batch([], fields);
  const shm = await store.space('shm');
  await shm.write({ do: 'set', key: 'value', value: bytes('of another space') });
  await shm.write({ do: 'set-add', key: 'set', members: numbered(5000) });
  const config = await store.space('config');
  await config.write({ do: 'push', key: 'list', items: [bytes('b'), bytes('a'), bytes('b')] });
}

/** All that a store holds, as text. */
export async function allOf(url: string): Promise<Record<string, unknown>> {
  await using store = await openStore(url, { create: false });
  const all: Record<string, unknown> = {};
  for (const name of ['state', 'shm', 'config'] as const) {
    const space = await store.space(name);
    all[name] = Object.fromEntries(await contentsOf(space));
    const keys = await space.keys();
    const expiries = await space.readMany(keys.map((key) => ({ read: 'expiry', key }) as const));
    all[`${name} expires`] = keys.filter((_, i) => expiries[i] !== undefined).map(hexOf);
  }
  return all;
}

export async function filled(place: Place): Promise<string> {
  await using store = await openStore(place.url);
  await fill(store);
  return place.url;
}
