import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Opened } from '../../src/shared/opened.ts';
import { openStore } from '../../src/store/index.ts';
import { TelescopeState } from '../../src/telstate/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand, runProgram } from '../support/program.ts';

const writer = new URL('./programs/store-writer.ts', import.meta.url);

test('four processes that write at once: each goes on, and nothing acknowledged is missing', async () => {
  using folder = temporaryFolder();
  const url = `sqlite:${folder.path}`;
  await using store = await openStore(url);
  const space = await store.space('state');
  await using crowd = new Opened();
  const programs = ['a', 'b', 'c', 'd'].map((key) => {
    const program = crowd.use(runProgram(writer, [url, key, '4']));
    return { key, program };
  });
  for (const { program } of programs) for (let i = 0; i < 50; i++) await program.line();
  for (const { program } of programs) program.child.stdin?.end();
  for (const { key, program } of programs) {
    expect(await program.ended, program.errors()).toBe(0);
    expect(await space.read({ read: 'count', key })).toBe(50 + program.lines.length);
  }
});

test('two hundred waiters on one key all wake at one write, and leave no subscription behind', async () => {
  using folder = temporaryFolder();
  const url = `sqlite:${folder.path}`;
  await using store = await openStore(url);
  await using other = await openStore(url);
  const state = new TelescopeState(await store.space('state'));
  const waiting = Array.from({ length: 200 }, (_, i) =>
    state.waitKey('key', { condition: (value) => Number(value) >= i, timeoutMs: 10_000 }),
  );
  await sleep(20);
  await new TelescopeState(await other.space('state')).add('key', 199);
  const woken = await Promise.all(waiting);
  expect(woken.map(({ value }) => value)).toEqual(Array.from({ length: 200 }, () => 199));
});

test('the event loop goes on while the disk is written', async () => {
  using folder = temporaryFolder();
  await using store = await openStore(`sqlite:${folder.path}`);
  const space = await store.space('state');
  let turns = 0;
  const done = { is: false };
  const counting = (async () => {
    while (!done.is) {
      turns++;
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  await space.write({ do: 'set', key: 'large', value: Buffer.alloc(50_000_000) });
  done.is = true;
  await counting;
  expect(turns).toBeGreaterThan(10);
});

test('a process writes whatever options Node.js was given, also those that no thread takes', async () => {
  using folder = temporaryFolder();
  const url = `sqlite:${folder.path}`;
  const flood = new URL('./programs/store-flood.ts', import.meta.url).pathname;
  const options = ['--max-old-space-size=512', '--expose-gc', '--disable-warning=ExperimentalWarning'];
  await using run = runCommand(process.execPath, [...options, flood, url, 'c', '1', '1']);
  expect(await run.ended, run.errors()).toBe(0);
  await using store = await openStore(url);
  expect(await (await store.space('state')).read({ read: 'count', key: 'c' })).toBe(1);
});
