import { existsSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/folder.ts';
import { runProgram } from '../../test/support/program.ts';
import { openDoorbell } from './doorbell.ts';
import { Ringer } from './ringer.ts';
import { runtimeFolder } from './runtime-folder.ts';

test('a ring is heard by every doorbell of its name, and by no other', async () => {
  using folder = temporaryFolder();
  const heard: string[] = [];
  const rung = Promise.withResolvers<void>();
  const hang = (name: string, who: string) =>
    openDoorbell(folder.path, name, () => {
      heard.push(who);
      if (heard.length === 2) rung.resolve();
    });
  const bells = [await hang('state', 'a'), await hang('shm', 'b'), await hang('state', 'c')];
  const ringer = new Ringer(folder.path, 'state');
  ringer.ring();
  await rung.promise;
  expect(heard.toSorted()).toEqual(['a', 'c']);
  ringer.close();
  for (const bell of bells) await bell.close();
  expect(existsSync(runtimeFolder(folder.path))).toBe(false);
});

test('a ring is heard also from one who was too busy to see that the last one was answered', async () => {
  using folder = temporaryFolder();
  const rings = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let heard = 0;
  const bell = await openDoorbell(folder.path, 'state', () => rings[heard++]?.resolve());
  await using ringing = runProgram(new URL('../../test/faults/programs/ringing-twice.ts', import.meta.url), [
    folder.path,
  ]);
  await rings[0]?.promise;
  ringing.child.stdin?.write('again');
  expect(await ringing.line()).toBe('rung');
  await rings[1]?.promise;
  await bell.close();
});

test('a link where the runtime folder would be leads nobody to the files behind it', async () => {
  using folder = temporaryFolder();
  using behind = temporaryFolder();
  const file = join(behind.path, 'state.sqlite');
  writeFileSync(file, 'a store');
  const runtime = runtimeFolder(folder.path);
  symlinkSync(behind.path, runtime);
  using _linked = { [Symbol.dispose]: () => rmSync(runtime) };
  const ringer = new Ringer(folder.path, 'state');
  ringer.ring();
  // Refused later than whatever the ringer has called at.
  const refused = Promise.withResolvers<void>();
  connect(file).on('error', () => refused.resolve());
  await refused.promise;
  await new Promise((resolve) => setImmediate(resolve));
  expect(existsSync(file)).toBe(true);
  ringer.close();
  await expect(openDoorbell(folder.path, 'state', () => {})).rejects.toThrow('belongs to somebody else');
});

test('a name in the runtime folder that refuses is taken away', async () => {
  using folder = temporaryFolder();
  const keeps = await openDoorbell(folder.path, 'shm', () => {});
  const runtime = runtimeFolder(folder.path);
  writeFileSync(join(runtime, 'state.1.gone'), '');
  const ringer = new Ringer(folder.path, 'state');
  ringer.ring();
  await expect.poll(() => readdirSync(runtime).filter((name) => name.startsWith('state.'))).toEqual([]);
  ringer.close();
  await keeps.close();
});

test('a doorbell that is being hung is not taken for one of a process that is gone', async () => {
  using folder = temporaryFolder();
  const keeps = await openDoorbell(folder.path, 'shm', () => {});
  await using ringing = runProgram(new URL('../../test/faults/programs/ringing.ts', import.meta.url), [
    folder.path,
  ]);
  expect(await ringing.line()).toBe('ringing');
  const runtime = runtimeFolder(folder.path);
  for (let i = 0; i < 500; i++) {
    const bell = await openDoorbell(folder.path, 'state', () => {});
    await new Promise((resolve) => setImmediate(resolve));
    expect(readdirSync(runtime).some((name) => name.startsWith('state.'))).toBe(true);
    await bell.close();
  }
  await keeps.close();
});
