import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { makeRuntimeFolder, runtimeFolder } from '../../src/ipc/index.ts';
import { openStore } from '../../src/store/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runProgram } from '../support/program.ts';

test('who was away for longer than the ring holds is told of a gap, and then hears the rest', async () => {
  using folder = temporaryFolder();
  const url = `sqlite:${folder.path}`;
  await using store = await openStore(url);
  const space = await store.space('state');
  await using subscription = await space.subscribe({ channels: ['flood'] }, { queueLimit: 1_000_000 });
  const commits = 260;
  const each = 1_000;
  // Holds up this process, its event loop included.
  const flood = new URL('./programs/store-flood.ts', import.meta.url).pathname;
  const run = spawnSync(process.execPath, [flood, url, 'flood', String(commits), String(each)]);
  expect(run.status, run.stderr.toString()).toBe(0);
  const gap = (await subscription.next()).value;
  expect(gap).toEqual({ event: 'gap', reason: 'overrun', dropped: expect.any(Number) });
  const dropped = gap.event === 'gap' ? (gap.dropped ?? 0) : 0;
  // Every notice is either counted in the gap or heard.
  for (let i = dropped; i < commits * each; i++) {
    const { value } = await subscription.next();
    expect(value.event === 'notice' && Buffer.from(value.payload).toString()).toBe(
      `${Math.floor(i / each)} ${i % each}`,
    );
  }
});

test('a payload above 4 KiB is told whole, though the ring holds only a reference to it', async () => {
  using folder = temporaryFolder();
  await using store = await openStore(`sqlite:${folder.path}`);
  const space = await store.space('state');
  await using other = await openStore(`sqlite:${folder.path}`);
  await using subscription = await (await other.space('state')).subscribe({ channels: ['c'] });
  const value = Buffer.alloc(100_000, 'v');
  const twin = Buffer.from(value);
  twin[twin.length - 1] = 0;
  const prefix = Buffer.from('p');
  await space.write({ do: 'set', key: 'a', value, notice: { channel: 'c' } });
  await space.write({ do: 'set-field', key: 'h', field: 'f', value, notice: { channel: 'c', prefix } });
  await space.write({ do: 'add', key: 's', members: [value, twin], notice: { channel: 'c' } });
  await space.write({ do: 'push', key: 'l', items: [value], notice: { channel: 'c', prefix } });
  const prefixed = Buffer.concat([prefix, value]);
  for (const expected of [value, prefixed, value, twin, prefixed]) {
    const event = (await subscription.next()).value;
    expect(event.event === 'notice' && Buffer.compare(event.payload, expected)).toBe(0);
  }
});

test('the doorbell of a killed process is taken away at the next ring', async () => {
  using folder = temporaryFolder();
  const url = `sqlite:${folder.path}`;
  await using store = await openStore(url);
  const space = await store.space('state');
  const runtime = runtimeFolder(folder.path);
  await using waiter = runProgram(new URL('./programs/store-waiter.ts', import.meta.url), [url, 'c']);
  expect(await waiter.line()).toBe('ready');
  expect(readdirSync(runtime)).toHaveLength(1);
  waiter.child.kill('SIGKILL');
  await waiter.ended;
  expect(readdirSync(runtime)).toHaveLength(1);
  await space.write({ do: 'set', key: 'k', value: Buffer.from('1'), notice: { channel: 'c' } });
  await expect.poll(() => readdirSync(runtime)).toEqual([]);

  // The last one who listens takes the folder away.
  const listening = await space.subscribe({ channels: ['c'] });
  expect(readdirSync(runtime)).toHaveLength(1);
  await listening.close();
  expect(existsSync(runtime)).toBe(false);
});

test('a process is woken by another one’s write, and hears it even when the ring at its door was lost', async () => {
  using folder = temporaryFolder();
  const url = `sqlite:${folder.path}`;
  await using store = await openStore(url);
  const space = await store.space('state');
  await using waiter = runProgram(new URL('./programs/store-waiter.ts', import.meta.url), [url, 'c']);
  expect(await waiter.line()).toBe('ready');
  await space.write({ do: 'set', key: 'k', value: Buffer.from('rung'), notice: { channel: 'c' } });
  expect(await waiter.line()).toBe('rung');
  // Its socket is gone: nobody can ring any more.
  await using deaf = runProgram(new URL('./programs/store-waiter.ts', import.meta.url), [url, 'c', 'deaf']);
  expect(await deaf.line()).toBe('ready');
  await space.write({ do: 'set', key: 'k', value: Buffer.from('found'), notice: { channel: 'c' } });
  expect(await deaf.line()).toBe('found');
});

test('a file that is no doorbell does not hinder those who ring', async () => {
  using folder = temporaryFolder();
  await using store = await openStore(`sqlite:${folder.path}`);
  const space = await store.space('state');
  const runtime = makeRuntimeFolder(folder.path);
  writeFileSync(join(runtime, 'state.1.text'), 'no socket');
  const deaf = createServer((caller) => caller.unref());
  await new Promise<void>((resolve) => deaf.listen(join(runtime, 'state.2.deaf'), resolve));
  for (let i = 0; i < 100; i++) {
    await space.write({ do: 'set', key: 'k', value: Buffer.from('1'), notice: { channel: 'c' } });
  }
  deaf.close();
  expect(existsSync(join(runtime, 'state.1.text'))).toBe(false);
});

test('each write of processes that write once and end is heard by its ring, and not by the slow look round', async () => {
  using folder = temporaryFolder();
  const url = `sqlite:${folder.path}`;
  await using store = await openStore(url);
  const space = await store.space('state');
  await using subscription = await space.subscribe({ channels: ['c'] });
  const late: number[] = [];
  for (let i = 0; i < 10; i++) {
    await using once = runProgram(new URL('./programs/store-flood.ts', import.meta.url), [
      url,
      'c',
      '1',
      '1',
    ]);
    expect(await once.ended, once.errors()).toBe(0);
    await space.write({ do: 'delete', key: 'c' });
    // It has ended, so its ring is here: what is heard is in the queue before the next look round can find it.
    const next = subscription.next();
    const first = await Promise.race([next, inVain()]);
    if (first === undefined) {
      late.push(i);
      await next;
    }
  }
  expect(late).toEqual([]);
});

/** A while that is over; on a busy machine what has come meanwhile is looked at after the timer. */
async function inVain(): Promise<undefined> {
  await setTimeout(300);
  for (let turn = 0; turn < 3; turn++) await setImmediate();
  return undefined;
}
