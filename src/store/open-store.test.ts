import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/folder.ts';
import { openStore } from './open-store.ts';

const before = process.cwd();
afterEach(() => process.chdir(before));

test('without a URL the store is the nearest .alidade folder upwards', async () => {
  using folder = temporaryFolder();
  const top = realpathSync(folder.path);
  mkdirSync(join(top, '.alidade'));
  mkdirSync(join(top, 'a/b'), { recursive: true });
  process.chdir(join(top, 'a/b'));
  await using store = await openStore();
  expect(store.location).toBe(`sqlite:${join(top, '.alidade')}`);
});

test('where there is none, a writer makes ./.alidade and a reader is told that there is no store', async () => {
  using folder = temporaryFolder();
  process.chdir(folder.path);
  const here = join(realpathSync(folder.path), '.alidade');
  await expect(openStore(undefined, { create: false })).rejects.toEqual(
    expect.objectContaining({ code: 'ALI_STORE_NOT_FOUND', message: expect.stringContaining(here) }),
  );
  expect(existsSync(here)).toBe(false);
  await using store = await openStore();
  expect(store.location).toBe(`sqlite:${here}`);
  expect(existsSync(here)).toBe(true);
});

test('sqlite:FOLDER and sqlite:///FOLDER are the same store', async () => {
  using folder = temporaryFolder();
  await using one = await openStore(`sqlite:${folder.path}`);
  await using other = await openStore(`sqlite://${folder.path}`);
  expect(other.location).toBe(one.location);
});
