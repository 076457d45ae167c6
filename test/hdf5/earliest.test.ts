/** Files in HDF5's oldest form. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createEarliestFile } from '../../src/hdf5/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { debianPython, requireServer } from '../support/require-server.ts';

const execute = promisify(execFile);
const needsJudges = test.skipIf(!requireServer('h5py and h5dump', 'HDF5 files for old readers'));

async function python(path: string, expression: string): Promise<unknown> {
  const program = `import h5py, json, sys; f = h5py.File(sys.argv[1], "r"); print(json.dumps(${expression}))`;
  return JSON.parse((await execute(debianPython, ['-c', program, path], { maxBuffer: 2 ** 28 })).stdout);
}

needsJudges.each([0, 1, 8, 9, 256, 257, 10_000])('a group of %i names is found by each', async (count) => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'a.h5');
  await using file = await createEarliestFile(path);
  const group = file.root.group('group');
  const dataset = await file.root.dataset('all', { type: 'uint8', shape: [] });
  await dataset.append(Uint8Array.of(17));
  for (let i = 0; i < count; i++) group.link(`${i % 3 === 0 ? 'é' : 'x'}${i}`, dataset);
  await file.finish();
  expect(await python(path, '[len(f["group"]), sum(int(f["group"][n][()]) for n in f["group"])]')).toEqual([
    count,
    17 * count,
  ]);
  const known = 'f["group"].get("x1") is not None, "none" in f["group"], h5py.h5o.get_info(f["all"].id).rc';
  expect(await python(path, `[${known}]`)).toEqual([count > 1, false, count + 1]);
  await execute('h5dump', ['-H', '-o', '/dev/null', path]);
});

needsJudges('datasets without rows, fields of text and long texts are read', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'a.h5');
  const texts = ['', 'é', 'x'.repeat(70_000), ...Array.from({ length: 3000 }, (_, i) => `text ${i}`)];
  {
    await using file = await createEarliestFile(path);
    const attributes = new Map([['units', ['ns']]]);
    await file.root.dataset('none', { type: 'int64', shape: [0, 3], attributes });
    const field = await file.root.dataset('field', { type: { string: 5 }, shape: [2] });
    await field.append(Buffer.from('ab\0\0\0fghij'));
    const text = await file.root.dataset('text', { type: 'string', shape: [texts.length] });
    await text.appendTexts(texts.map((each) => Buffer.from(each)));
    const late = await file.root.dataset('late', { type: 'int16', shape: [4] });
    late.skip(6);
    await late.append(Uint8Array.of(1, 1));
    await file.finish();
  }
  expect(
    await python(
      path,
      '[f["none"].shape, f["none"].attrs["units"].decode(), f["field"][()].astype(str).tolist()]',
    ),
  ).toEqual([[0, 3], 'ns', ['ab', 'fghij']]);
  expect(await python(path, '[t.decode() for t in f["text"][()]]')).toEqual(texts);
  expect(await python(path, 'f["late"][()].tolist()')).toEqual([0, 0, 0, 257]);
  await execute('h5dump', ['-o', '/dev/null', path]);
});

test('what is not finished, or does not fit, leaves what stood there', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'a.h5');
  {
    await using file = await createEarliestFile(path);
    await file.finish();
  }
  const before = readFileSync(path);
  {
    await using file = await createEarliestFile(path);
    const dataset = await file.root.dataset('a', { type: 'uint8', shape: [2] });
    await expect(dataset.append(new Uint8Array(3))).rejects.toMatchObject({ code: 'ALI_HDF5_REFUSED' });
    await expect(file.root.dataset('a', { type: 'uint8', shape: [] })).rejects.toMatchObject({
      code: 'ALI_HDF5_REFUSED',
    });
  }
  expect(readFileSync(path)).toEqual(before);
  expect(readdirSync(folder.path)).toEqual(['a.h5']);
});
