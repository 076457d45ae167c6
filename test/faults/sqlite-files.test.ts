import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runProgram } from '../support/program.ts';

const isRoot = process.getuid?.() === 0;
const nobody = 65534;

async function filled(folder: string): Promise<string> {
  const url = `sqlite:${folder}`;
  await using store = await openStore(url);
  const space = await store.space('state');
  for (let i = 0; i < 20; i++) await space.write({ do: 'set', key: `k${i}`, value: Buffer.alloc(5_000, i) });
  return url;
}

async function use(url: string): Promise<unknown> {
  await using store = await openStore(url);
  const space = await store.space('state');
  for (let i = 0; i < 20; i++) await space.read({ read: 'value', key: `k${i}` });
  return space.write({ do: 'set', key: 'new', value: Buffer.from('1') });
}

function failing(code: string) {
  return expect.objectContaining({ code, message: expect.stringContaining('sqlite:') });
}

test('a truncated file is said to be damaged, and is left as it is', async () => {
  using folder = temporaryFolder();
  const url = await filled(folder.path);
  const path = join(folder.path, 'state.sqlite');
  truncateSync(path, statSync(path).size - 8192);
  const before = readFileSync(path);
  await expect(use(url)).rejects.toEqual(failing('ALI_STORE_DAMAGED'));
  expect(readFileSync(path)).toEqual(before);
});

test('a file overwritten with garbage is said to be damaged, and is left as it is', async () => {
  using folder = temporaryFolder();
  const url = await filled(folder.path);
  const path = join(folder.path, 'state.sqlite');
  const garbage = Buffer.alloc(statSync(path).size, 'garbage ');
  writeFileSync(path, garbage);
  await expect(use(url)).rejects.toEqual(failing('ALI_STORE_DAMAGED'));
  expect(readFileSync(path)).toEqual(garbage);
});

test('garbage in the middle of a file is found when it is read, and the process lives', async () => {
  using folder = temporaryFolder();
  const url = await filled(folder.path);
  const path = join(folder.path, 'state.sqlite');
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 4096, 4096 * 6);
  writeFileSync(path, bytes);
  await expect(use(url)).rejects.toEqual(failing('ALI_STORE_DAMAGED'));
});

test('an empty file, left by a process that died at once, becomes a store', async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, 'state.sqlite'), '');
  await expect(use(`sqlite:${folder.path}`)).resolves.toEqual({ changed: 1 });
});

test('a file of a newer format is refused, and another program’s database is not touched', async () => {
  using folder = temporaryFolder();
  const url = await filled(folder.path);
  const path = join(folder.path, 'state.sqlite');
  {
    using db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 99');
  }
  await expect(use(url)).rejects.toEqual(
    expect.objectContaining({ code: 'ALI_STORE_FORMAT', message: expect.stringContaining('99') }),
  );

  using foreign = temporaryFolder();
  {
    using db = new DatabaseSync(join(foreign.path, 'state.sqlite'));
    db.exec('CREATE TABLE mine (a)');
  }
  await expect(use(`sqlite:${foreign.path}`)).rejects.toEqual(
    expect.objectContaining({
      code: 'ALI_STORE_DAMAGED',
      message: expect.stringContaining('another program'),
    }),
  );
  using db = new DatabaseSync(join(foreign.path, 'state.sqlite'));
  expect(db.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'mine' }]);
});

test('a name that is a file, and not a folder, is refused', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'file');
  writeFileSync(path, '');
  await expect(openStore(`sqlite:${path}`)).rejects.toEqual(
    expect.objectContaining({
      code: 'ALI_STORE_NOT_WRITABLE',
      message: expect.stringContaining('is a file'),
    }),
  );
  // Where no folder can be made at all.
  await expect(openStore('sqlite:/proc/no/such')).rejects.toEqual(
    expect.objectContaining({ code: 'ALI_STORE_NOT_WRITABLE' }),
  );
});

/** Another user may not be able to read this clone: the program that tries, and what it imports, where all may. */
function readableProgram(folder: string): URL {
  const root = new URL('../..', import.meta.url).pathname;
  const copy = join(folder, 'program');
  const program = 'test/faults/programs/store-try.ts';
  for (const name of ['package.json', 'src', program]) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  execFileSync('chmod', ['-R', 'a+rX', folder]);
  return pathToFileURL(join(copy, program));
}

test.skipIf(!isRoot)('a folder that may not be written is refused with a clear error', async () => {
  using folder = temporaryFolder();
  const closed = join(folder.path, 'closed');
  mkdirSync(closed);
  const file = readableProgram(folder.path);
  await using program = runProgram(file, [`sqlite:${closed}`, String(nobody), String(nobody)]);
  expect(await program.line()).toMatch(/^ALI_STORE_NOT_WRITABLE .*sqlite:/);
  expect(readdirSync(closed)).toEqual([]);
});

test.skipIf(!isRoot)('several users of one group share a folder', async () => {
  using folder = temporaryFolder();
  const group = 54321;
  const shared = join(folder.path, 'shared');
  const file = readableProgram(folder.path);
  mkdirSync(shared);
  chownSync(shared, -1, group);
  chmodSync(shared, 0o2770);
  const url = `sqlite:${shared}`;
  const tryAs = async (uid: number): Promise<string> => {
    await using program = runProgram(file, [url, String(uid), String(group)]);
    return await program.line();
  };
  expect(await tryAs(60001)).toBe('done');
  expect(await tryAs(60002)).toBe('done');
  await using store = await openStore(url);
  const keys = await (await store.space('state')).keys();
  expect(keys.map((key) => Buffer.from(key).toString())).toEqual(['by 60001', 'by 60002']);
});

test.skipIf(!isRoot)(
  'a full disk: the write is refused, what was there stays, and there is room again after a delete',
  async () => {
    using folder = temporaryFolder();
    const disk = join(folder.path, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]);
    using _mounted = { [Symbol.dispose]: () => execFileSync('umount', [disk]) };
    const store = await openStore(`sqlite:${disk}`);
    const space = await store.space('state');
    await space.write({ do: 'set', key: 'kept', value: Buffer.from('1') });
    const filler = join(disk, 'filler');
    writeFileSync(filler, Buffer.alloc(2_500_000));
    const large = Array.from({ length: 3 }, (_, i) =>
      space.write({ do: 'set', key: `large ${i}`, value: Buffer.alloc(1_000_000, i) }),
    );
    expect(await Promise.allSettled(large)).toEqual(
      large.map(() => ({ status: 'rejected', reason: failing('ALI_STORE_FULL') })),
    );
    expect(
      await space.readMany([
        { read: 'value', key: 'kept' },
        { read: 'kind', key: 'large 0' },
      ]),
    ).toEqual([Uint8Array.from(Buffer.from('1')), undefined]);
    truncateSync(filler, 0);
    await expect(space.write({ do: 'set', key: 'large', value: Buffer.alloc(1_000) })).resolves.toEqual({
      changed: 1,
    });
    await store.close();
  },
);
