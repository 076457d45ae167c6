/** Addresses that are taken, stale, wrong or many. */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PullSocket, PushSocket } from '../../src/zmtp/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { openParty, type Side } from './peers/party.ts';
import { RemoteParty } from './peers/remote-party.ts';

const tcp = 'tcp://127.0.0.1:*';
const both: readonly Side[] = ['libzmq', 'alidade'];

describe.each(both)('an endpoint that %s has', (side) => {
  test.each(['tcp', 'ipc'])('%s: a second one is refused, the first goes on', async (transport) => {
    using folder = temporaryFolder();
    await using first = openParty(side, 'pull');
    const endpoint = await first.bind(transport === 'tcp' ? tcp : `ipc://${join(folder.path, 'taken')}`);
    await using second = new PullSocket();
    await expect(second.bind(endpoint)).rejects.toMatchObject({
      code: 'ALI_ADDRESS',
      message: expect.stringContaining(endpoint),
    });
    await using push = openParty('libzmq', 'push');
    await push.connect(endpoint);
    await push.send([Buffer.from('to the first')]);
    expect(await first.receive()).toEqual([Buffer.from('to the first')]);
  });

  test('ipc: when its process was killed, the file that it left is replaced', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'stale');
    await using killed = RemoteParty.start(side, 'pull');
    await killed.bind(`ipc://${path}`);
    await killed.kill();
    expect(existsSync(path)).toBe(true);
    await using pull = new PullSocket();
    await pull.bind(`ipc://${path}`);
    await using push = openParty('libzmq', 'push');
    await push.connect(`ipc://${path}`);
    await push.send([Buffer.from('a')]);
    for await (const frames of pull) {
      expect(frames).toHaveLength(1);
      break;
    }
  });
});

test('ipc: a file that is no socket is left as it is', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'data');
  writeFileSync(path, 'precious');
  await using pull = new PullSocket();
  await expect(pull.bind(`ipc://${path}`)).rejects.toMatchObject({ code: 'ALI_ADDRESS' });
  expect(statSync(path).size).toBe('precious'.length);
});

test.each([
  'tcp://127.0.0.1',
  'tcp://127.0.0.1:70000',
  'tcp://::1:5555',
  'udp://127.0.0.1:1',
  'ipc://',
  `ipc:///tmp/${'x'.repeat(120)}`,
  'nonsense',
  '',
])('%j is refused with what to write', async (endpoint) => {
  await using pull = new PullSocket();
  await expect(pull.bind(endpoint)).rejects.toMatchObject({ code: 'ALI_ENDPOINT' });
  expect(() => pull.connect(endpoint)).toThrow(expect.objectContaining({ code: 'ALI_ENDPOINT' }));
});

test('one socket binds several endpoints and connects to several more', async () => {
  using folder = temporaryFolder();
  await using stack = new AsyncDisposableStack();
  const pull = stack.use(new PullSocket());
  const other = stack.use(openParty('libzmq', 'push'));
  pull.connect(await other.bind(tcp));
  const endpoints = [
    await pull.bind(tcp),
    await pull.bind(tcp),
    await pull.bind(`ipc://${join(folder.path, 'too')}`),
  ];
  await other.send([Buffer.from('0')]);
  for (const [i, endpoint] of endpoints.entries()) {
    const push = stack.use(openParty(i === 0 ? 'alidade' : 'libzmq', 'push'));
    await push.connect(endpoint);
    await push.send([Buffer.from(String(i + 1))]);
  }
  const texts = new Set<string>();
  for await (const [frame] of pull) {
    texts.add(Buffer.from(frame ?? []).toString());
    if (texts.size === 4) break;
  }
  expect([...texts].sort()).toEqual(['0', '1', '2', '3']);
});

test('IPv6', async () => {
  await using pull = openParty('alidade', 'pull');
  const endpoint = await pull.bind('tcp://[::1]:*');
  expect(endpoint).toMatch(/^tcp:\/\/\[::1\]:\d+$/);
  await using push = new PushSocket();
  push.connect(endpoint);
  await push.send('six');
  expect(await pull.receive()).toEqual([Buffer.from('six')]);
});
