/** A backup or copy that is killed: nothing under the final name, a source as it was, and a second try that works. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { checkStore } from '../../src/store/upkeep/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runProgram } from '../support/program.ts';

const program = new URL('./programs/store-upkeep.ts', import.meta.url);

test.each(['backup', 'copy'])('kill -9 during a %s', { timeout: 120_000 }, async (verb) => {
  using folder = temporaryFolder();
  const url = `sqlite:${join(folder.path, 'from')}`;
  {
    await using store = await openStore(url);
    const space = await store.space('state');
    for (let i = 0; i < 24; i++) {
      await space.write({ do: 'set', key: `k${i}`, value: new Uint8Array(1_000_000).fill(i) });
    }
  }
  const to = join(folder.path, 'to');
  const isWhole = async (store: string) =>
    expect((await checkStore(store)).spaces[0]).toMatchObject({ keys: 24, faults: [] });
  let cutOff = 0;
  for (let kills = 0; kills < 5; kills++) {
    await using running = runProgram(program, [verb, url, to]);
    for (let lines = 0; lines <= kills; lines++) await running.line();
    running.child.kill('SIGKILL');
    await running.ended;
    // The last ones may come when all is done.
    if (!existsSync(to)) cutOff++;
    else {
      await isWhole(`sqlite:${to}`);
      rmSync(to, { recursive: true });
    }
  }
  expect(cutOff).toBeGreaterThan(0);
  await isWhole(url);
  await using running = runProgram(program, [verb, url, to]);
  expect(await running.ended).toBe(0);
  await isWhole(`sqlite:${to}`);
  // What the killed ones left says what it is, and is in nobody's way.
  const left = readdirSync(folder.path).filter((name) => name !== 'from' && name !== 'to');
  expect(left.filter((name) => !/^to\.\w+\.part$/.test(name))).toEqual([]);
});
