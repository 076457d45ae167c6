import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openRedis } from '../../src/store/redis/index.ts';
import type { Store } from '../../src/store/store.ts';
import { add, bytes, heard, plain, push, set } from '../contract/store/context.ts';
import { freePort } from '../support/free-port.ts';
import { RedisServer } from '../support/redis-server.ts';
import { findProgram, requireServer } from '../support/require-server.ts';

const servers: (RedisServer | { close(): unknown })[] = [];
const stores: Store[] = [];

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  for (const server of servers.splice(0)) await server.close();
});

async function start(...settings: string[]): Promise<RedisServer> {
  const server = await RedisServer.start({ settings });
  servers.push(server);
  return server;
}

async function open(...args: Parameters<typeof openRedis>): Promise<Store> {
  const store = await openRedis(...args);
  stores.push(store);
  return store;
}

/** The error with which opening fails. */
async function refusal(...args: Parameters<typeof openRedis>): Promise<Error & { code: string }> {
  const store = await openRedis(...args).catch((error) => error);
  if (store instanceof Error) return store as Error & { code: string };
  stores.push(store);
  throw new Error('the store was opened');
}

/** A server that does to each connection what it is told. */
async function fakeServer(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return (server.address() as { port: number }).port;
}

describe('a server that is not there, or not Redis', () => {
  test('nobody listening is ALI_STORE_UNREACHABLE with host, port and what to look at', async () => {
    const port = await freePort();
    const error = await refusal(`redis://someone:s3cret@127.0.0.1:${port}`);
    expect(error.code).toBe('ALI_STORE_UNREACHABLE');
    expect(error.message).toContain(`redis://127.0.0.1:${port}`);
    expect(error.message).toMatch(/ECONNREFUSED/);
    expect(error.message).toMatch(/is it running/);
    expect(`${error.message}${JSON.stringify(error)}${error.cause}`).not.toMatch(/s3cret|someone/);
  });

  test('a server that answers something else is said not to be Redis', async () => {
    const port = await fakeServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const error = await refusal(`redis://127.0.0.1:${port}`);
    expect(error).toMatchObject({ code: 'ALI_STORE_UNREACHABLE' });
    expect(error.message).toMatch(/does not speak as a Redis server/);
  });

  test('a server that echoes the login in its complaint gives no password away', async () => {
    const port = await fakeServer((socket) =>
      socket.on('data', (data) =>
        socket.write(`-ERR unknown command ${data.toString('latin1').replaceAll('\r\n', ' ')}\r\n`),
      ),
    );
    const error = await refusal(`redis://:s3cret@127.0.0.1:${port}`, { waitMs: 500 });
    expect(`${error.message} ${error.cause}`).not.toContain('s3cret');
  });

  test('a server that says nothing is given up in time', async () => {
    const port = await fakeServer(() => {});
    const error = await refusal(`redis://127.0.0.1:${port}`, { waitMs: 300 });
    const message = expect.stringContaining('Waited 0.3 s');
    expect(error).toMatchObject({ code: 'ALI_STORE_UNREACHABLE', message });
  });

  test('a server that hangs up at once is ALI_STORE_UNREACHABLE', async () => {
    const port = await fakeServer((socket) => socket.destroy());
    expect(await refusal(`redis://127.0.0.1:${port}`)).toMatchObject({ code: 'ALI_STORE_UNREACHABLE' });
  });

  test('opening is given up by its signal, before and during the first connection', async () => {
    const connected = Promise.withResolvers<void>();
    const port = await fakeServer(() => connected.resolve());
    const url = `redis://127.0.0.1:${port}`;
    expect(await refusal(url, { signal: AbortSignal.abort() })).toMatchObject({ code: 'ALI_ABORTED' });
    const abort = new AbortController();
    const opening = refusal(url, { signal: abort.signal });
    await connected.promise;
    abort.abort();
    expect(await opening).toMatchObject({ code: 'ALI_ABORTED' });
  });
});

describe.skipIf(!requireServer('redis-server', 'a Redis server that refuses'))(
  'a server that refuses',
  () => {
    test('a wrong or missing password is ALI_STORE_LOGIN and shown nowhere', async () => {
      const server = await start('--requirepass', 'r1ght:@/ %');
      const url = (login: string) => `redis://${login}127.0.0.1:${server.port}`;
      for (const login of [':wr0ng@', 'nobody:wr0ng@', '']) {
        const error = await refusal(url(login));
        expect(error.code, error.message).toBe('ALI_STORE_LOGIN');
        expect(error.message).toContain(`127.0.0.1:${server.port}`);
        expect(`${error.message}${JSON.stringify(error)}${error.cause}`).not.toContain('wr0ng');
      }
      const store = await open(url(`:${encodeURIComponent('r1ght:@/ %')}@`));
      const space = await store.space('config');
      await space.write(set('k', 'v'));
      expect(plain(await space.keys())).toEqual(['k']);
      expect(`${store.location}${space.location}`).not.toContain('r1ght');
    });

    test('a user logs in by name, and is told what it may not do', async () => {
      const server = await start();
      await server.command(
        'ACL',
        'SETUSER',
        'reader',
        'on',
        '>pw',
        '~*',
        '&*',
        '+@all',
        '-@write',
        '-script|load',
      );
      const space = await (await open(`redis://reader:pw@127.0.0.1:${server.port}`)).space('state');
      expect(await space.read({ read: 'entry', key: 'k' })).toBeUndefined();
      const error = await space.write(set('k', 'v')).catch((e) => e);
      expect(error).toMatchObject({ code: 'ALI_STORE_LOGIN' });
      expect(error.message).toContain("'reader'");
    });

    test('a database that the server lacks is refused, and nothing goes to another one', async () => {
      const server = await start();
      expect(await refusal(`${server.url}/16`)).toMatchObject({ code: 'ALI_STORE_URL' });
      const one = await start('--databases', '2');
      const store = await open(one.url);
      await expect(store.space('config')).rejects.toMatchObject({ code: 'ALI_STORE_URL' });
    });

    test('a URL that names a database keeps every space there', async () => {
      const server = await start();
      const store = await open(`${server.url}/3`);
      const shm = await store.space('shm');
      await shm.write(set('k', 'v'));
      expect(plain(await (await store.space('config')).read({ read: 'value', key: 'k' }))).toBe('v');
      expect(await server.command('INFO', 'keyspace')).toMatch(/db3:keys=1/);
      expect(store.location).toBe(`${server.url}/3`);
    });

    test('old clients find each space in its database', async () => {
      const server = await start();
      const store = await open(server.url);
      for (const name of ['state', 'shm', 'config'] as const) {
        const space = await store.space(name);
        await space.batch([], [set('a', ''), ...(name === 'shm' ? [set('b', '')] : [])]);
      }
      const info = await server.command('INFO', 'keyspace');
      expect(info.match(/db\d:keys=\d/g)).toEqual(['db0:keys=1', 'db1:keys=2', 'db2:keys=1']);
    });

    test('used-up memory is ALI_STORE_FULL, nothing is half written, and deleting helps', async () => {
      const server = await start();
      const space = await (await open(server.url)).space('state');
      const value = Buffer.alloc(200_000, 'x');
      const stored = 10;
      for (let i = 0; i < stored; i++) await space.write({ do: 'set', key: `k${i}`, value });
      await server.command('CONFIG', 'SET', 'maxmemory', '2mb');
      await expect(space.write({ do: 'set', key: 'k', value })).rejects.toMatchObject({
        code: 'ALI_STORE_FULL',
      });
      const before = (await space.keys()).length;
      for (const operations of [
        [set('a', '1'), set('b', '2')],
        [add('s', 'm'), push('l', 'i')],
        [set('a', '1')],
        [{ ...add('s', 'm'), notice: { channel: 'c' } }],
      ] as const) {
        await expect(space.batch([], operations)).rejects.toMatchObject({ code: 'ALI_STORE_FULL' });
      }
      expect((await space.keys()).length).toBe(before);
      expect((await space.read({ read: 'value', key: 'k0' }))?.length).toBe(value.length);
      await space.batch(
        [],
        Array.from({ length: stored }, (_, i) => ({ do: 'delete', key: `k${i}` })),
      );
      expect(await space.write(set('a', '1'))).toEqual({ changed: 1 });
    });

    test('a read-only replica is ALI_READ_ONLY, and can be read', async () => {
      const server = await start('--replicaof', '127.0.0.1 1');
      const space = await (await open(server.url)).space('state');
      for (const write of [
        () => space.write(set('k', 'v')),
        () =>
          space.write({ ...add('k', 'v'), notice: { channel: 'c' } } as Parameters<typeof space.write>[0]),
        () => space.batch([], [set('k', 'v'), push('l', 'i')]),
        () => space.clear(),
      ]) {
        await expect(write()).rejects.toMatchObject({ code: 'ALI_READ_ONLY' });
      }
      expect(
        await space.readMany([
          { read: 'entry', key: 'k' },
          { read: 'count', key: 'k' },
        ]),
      ).toEqual([undefined, 0]);
    });

    test('a server that forgets the scripts is told them again', async () => {
      const server = await start();
      const space = await (await open(server.url)).space('state');
      for (let i = 0; i < 3; i++) {
        await server.command('SCRIPT', 'FLUSH');
        const notice = { channel: 'c' };
        await space.write({ do: 'add', key: 's', members: [bytes(`m${i}`)], notice });
        await server.command('SCRIPT', 'FLUSH');
        const [entry, count] = await space.readMany([
          { read: 'entry', key: 's' },
          { read: 'count', key: 's' },
        ]);
        expect(plain([entry, count])).toEqual([{ kind: 'series', last: `m${i}` }, i + 1]);
        await server.command('SCRIPT', 'FLUSH');
        await space.batch([], [set('a', ''), push('l', String(i))]);
      }
      expect(plain(await space.read({ read: 'items', key: 'l' }))).toEqual(['0', '1', '2']);
    });

    test('a server without RESP3, as before Redis 6, is spoken to in RESP2', async () => {
      const server = await start('--rename-command', 'HELLO', '');
      const space = await (await open(server.url)).space('state');
      for (let round = 0; round < 3; round++) {
        const one = await space.subscribe({ channels: ['c'] });
        const two = await space.subscribe({ channels: ['c', 'd'], patterns: ['[de]*'] });
        await space.batch(
          [],
          [
            { do: 'set-field', key: 'h', field: bytes('\xff'), value: bytes('v'), notice: { channel: 'c' } },
            { do: 'set-add', key: 's', members: [bytes('m')] },
            { do: 'set', key: 'k', value: bytes(''), notice: { channel: 'e' } },
          ],
        );
        expect(await heard(one, 1)).toEqual(['c v']);
        expect(await heard(two, 2)).toEqual(['c v', 'e ']);
        await Promise.all([one.close(), two.close()]);
        expect(
          plain(
            await space.readMany([
              { read: 'entry', key: 'h' },
              { read: 'members', key: 's' },
            ]),
          ),
        ).toEqual([{ kind: 'hash', fields: [['\xff', 'v']] }, ['m']]);
      }
    });

    test('more than a server takes in one write is refused before it is sent', async () => {
      const server = await start();
      const space = await (await open(server.url)).space('state');
      const removals = Array.from({ length: 1_000_001 }, (_, i) => ({ do: 'delete', key: `k${i}` }) as const);
      await expect(space.batch([], removals)).rejects.toMatchObject({ code: 'ALI_VALUE_TOO_LARGE' });
      const value = Buffer.alloc(60 * 1024 * 1024);
      const many = Array.from({ length: 9 }, (_, i) => ({ do: 'set', key: `k${i}`, value }) as const);
      await expect(space.batch([], many)).rejects.toMatchObject({ code: 'ALI_VALUE_TOO_LARGE' });
      expect(await space.keys()).toEqual([]);
    });

    test('more members than a command has room for are written in one step', async () => {
      const server = await start();
      // A busy machine takes its time for so many.
      const space = await (await open(server.url, { answerMs: 60_000 })).space('state');
      const members = Array.from({ length: 1_100_000 }, (_, i) => bytes(String(i)));
      expect(await space.write({ do: 'add', key: 's', members })).toEqual({ changed: 1_100_000 });
      expect(await space.read({ read: 'count', key: 's' })).toBe(1_100_000);
    }, 120_000);

    test('a kind of key that no program here uses reads as other, and is refused by writes', async () => {
      const server = await start();
      const space = await (await open(server.url)).space('state');
      await server.command('XADD', 'stream', '*', 'f', 'v');
      expect(
        await space.readMany([
          { read: 'kind', key: 'stream' },
          { read: 'entry', key: 'stream' },
          { read: 'value', key: 'stream' },
          { read: 'range', key: 'stream' },
        ]),
      ).toEqual(['other', { kind: 'other' }, undefined, []]);
      await expect(space.write(add('stream', 'm'))).rejects.toMatchObject({ code: 'ALI_WRONG_KIND' });
      await expect(space.batch([], [set('a', ''), add('stream', 'm')])).rejects.toMatchObject({
        code: 'ALI_WRONG_KIND',
      });
      expect(await space.write({ do: 'delete', key: 'stream' })).toEqual({ changed: 1 });
    });

    test('on a cluster one key works, several keys need one slot and the error says so', async () => {
      const server = await start('--cluster-enabled', 'yes');
      await server.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
      await expect.poll(() => server.command('CLUSTER', 'INFO')).toMatch(/cluster_state:ok/);
      const store = await open(server.url);
      const space = await store.space('state');
      const subscription = await space.subscribe({ channels: ['c'] });
      await space.write({ do: 'add', key: 'a', members: [bytes('m')], notice: { channel: 'c' } });
      expect(await heard(subscription, 1)).toEqual(['c m']);
      expect(plain(await space.read({ read: 'entry', key: 'a' }))).toEqual({ kind: 'series', last: 'm' });
      await space.batch([], [set('{t}a', '1'), set('{t}b', '2')]);
      await expect(space.batch([], [set('a1', '1'), set('b2', '2')])).rejects.toThrow(/one hash slot/);
      expect(plain(await space.keys())).toEqual(['a', '{t}a', '{t}b']);
      await expect(store.space('shm')).rejects.toMatchObject({ code: 'ALI_STORE_URL' });
    });

    test('a closed store leaves no connection behind', async () => {
      const server = await start();
      const store = await open(server.url);
      for (const name of ['state', 'shm', 'config'] as const) {
        await (await store.space(name)).subscribe({ channels: ['c'], patterns: ['*'] });
      }
      const count = async () =>
        Number(/connected_clients:(\d+)/.exec(await server.command('INFO', 'clients'))?.[1]);
      expect(await count()).toBe(7);
      await store.close();
      await expect.poll(count).toBe(1);
    });

    test.skipIf(findProgram('openssl') === undefined)(
      'rediss: is TLS, and an unknown certificate is refused',
      async () => {
        const server = await start();
        const file = (name: string) => join(server.folder, name);
        const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
        const key = [
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-nodes',
          '-keyout',
          file('key.pem'),
        ];
        execFileSync(
          'openssl',
          ['req', '-x509', ...key, '-out', file('cert.pem'), '-days', '2', ...subject],
          {
            stdio: 'ignore',
          },
        );
        const port = await freePort();
        for (const [name, value] of [
          ['tls-cert-file', file('cert.pem')],
          ['tls-key-file', file('key.pem')],
          ['tls-ca-cert-file', file('cert.pem')],
          ['tls-auth-clients', 'no'],
          ['tls-port', String(port)],
        ] as const) {
          expect(await server.command('CONFIG', 'SET', name, value)).toBe('+OK');
        }
        const url = `rediss://127.0.0.1:${port}`;
        const error = await refusal(url);
        expect(error).toMatchObject({ code: 'ALI_STORE_UNREACHABLE' });
        expect(error.message).toMatch(/NODE_EXTRA_CA_CERTS/);
        expect(await refusal(`redis://127.0.0.1:${port}`, { waitMs: 1000 })).toMatchObject({
          code: 'ALI_STORE_UNREACHABLE',
        });
        const ca = readFileSync(file('cert.pem'));
        const space = await (await open(url, { tls: { ca } })).space('state');
        const subscription = await space.subscribe({ channels: ['c'] });
        await space.write({ do: 'set', key: 'k', value: bytes('v'), notice: { channel: 'c' } });
        expect(await heard(subscription, 1)).toEqual(['c v']);
      },
    );
  },
);
