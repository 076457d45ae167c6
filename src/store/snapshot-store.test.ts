import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openStore } from './open-store.ts';

const file = fileURLToPath(new URL('../../test/fixtures/telstate/rdb/mem_tiny.rdb', import.meta.url));

test('an .rdb file opens as a store that can be read and not written', async () => {
  await using store = await openStore(file);
  const space = await store.space('state');
  const before = await space.keys();
  expect(before.map((key) => Buffer.from(key).toString())).toContain('int');
  const refused = expect.objectContaining({ code: 'ALI_READ_ONLY', message: expect.stringContaining(file) });
  await expect(space.write({ do: 'delete', key: 'int' })).rejects.toEqual(refused);
  await expect(space.batch([], [{ do: 'delete', key: 'int' }])).rejects.toEqual(refused);
  await expect(space.clear()).rejects.toEqual(refused);
  expect(await space.keys()).toEqual(before);
});

test('a damaged or missing .rdb file does not open', async () => {
  const damaged = file.replace('mem_tiny', 'bad/truncated_half');
  await expect(openStore(damaged)).rejects.toEqual(expect.objectContaining({ code: 'ALI_SNAPSHOT' }));
  await expect(openStore('missing.rdb')).rejects.toEqual(
    expect.objectContaining({ code: 'ALI_STORE_NOT_FOUND' }),
  );
});

test('a name that is no store is refused with what a store is called', async () => {
  await expect(openStore('postgres://host/db')).rejects.toEqual(
    expect.objectContaining({ code: 'ALI_STORE_URL', message: expect.stringContaining('redis://HOST') }),
  );
  await expect(openStore('sqlite:')).rejects.toEqual(expect.objectContaining({ code: 'ALI_STORE_URL' }));
});
