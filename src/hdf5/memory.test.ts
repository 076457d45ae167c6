/** What the writer keeps: bytes on their way to the disk, and no others. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createHdf5File, type Hdf5Storage } from './index.ts';
import { Writer } from './writer.ts';

const nowhere: Hdf5Storage = {
  writeAt: async () => undefined,
  sync: async () => undefined,
  truncate: async () => undefined,
  close: async () => undefined,
};

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('chunks on the disk are let go', async () => {
  const file = await createHdf5File(nowhere, { commitIntervalMs: 0 });
  const dataset = file.root.dataset('x', { type: 'uint8', shape: [1000], chunkRows: 1 });
  const append = () => {
    const chunk = new Uint8Array(1000);
    dataset.appendChunk(chunk);
    return new WeakRef(chunk);
  };
  const chunks = Array.from({ length: 20 }, append);
  await file.commit();
  await expect
    .poll(() => {
      collectGarbage();
      return chunks.filter((chunk) => chunk.deref() !== undefined).length;
    })
    .toBe(0);
  await file.close();
});

test('few chunks are encoded at a time, and all before the commit', async () => {
  const writer = new Writer(nowhere, { commitIntervalMs: 0, bufferBytes: 1e6 });
  const part = { flush: () => undefined, write: () => true };
  let [running, most, done] = [0, 0, 0];
  const encode = async (chunk: Uint8Array) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    return chunk;
  };
  for (let i = 0; i < 100; i++) writer.encode(new Uint8Array(10), encode, () => done++);
  writer.touch(part);
  await writer.commit();
  expect(done).toBe(100);
  expect(most).toBe(8);
  await writer.close();
});

test('rows of empty texts go to the disk without waiting for a commit', async () => {
  const written = Promise.withResolvers<void>();
  const storage: Hdf5Storage = { ...nowhere };
  const file = await createHdf5File(storage, { commitIntervalMs: 0 });
  const dataset = file.root.dataset('x', { type: 'string', chunkRows: 8 });
  storage.writeAt = async () => written.resolve();
  dataset.append(['text', ...Array<string>(1000).fill('')]);
  await written.promise;
  await file.close();
});

test('a fixed dataset goes to the disk without waiting for a commit', async () => {
  const written = Promise.withResolvers<void>();
  const storage: Hdf5Storage = {
    ...nowhere,
    writeAt: async (_, bytes) => {
      if (bytes.length === 8_000) written.resolve();
    },
  };
  const file = await createHdf5File(storage, { commitIntervalMs: 0 });
  file.root.fixed('x', new Float64Array(1000));
  await written.promise;
  await file.close();
});
