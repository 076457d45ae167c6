import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createHdf5File, type Hdf5Storage } from './index.ts';

/** A disk that takes so many bytes; it says what was called. */
class SmallDisk implements Hdf5Storage {
  readonly calls: string[] = [];
  readonly refused = Promise.withResolvers<void>();
  roomBytes = Infinity;
  /** While set, writes wait for it. */
  gate: Promise<void> | undefined;

  async writeAt(position: number, bytes: Uint8Array | readonly Uint8Array[]): Promise<void> {
    await this.gate;
    const pieces = bytes instanceof Uint8Array ? [bytes] : bytes;
    this.roomBytes -= pieces.reduce((sum, { length }) => sum + length, 0);
    if (this.roomBytes < 0) {
      this.refused.resolve();
      throw new Error('no room');
    }
    this.calls.push(`write ${position}`);
  }

  async sync(): Promise<void> {
    this.calls.push('sync');
  }

  async truncate(sizeBytes: number): Promise<void> {
    this.calls.push(`truncate ${sizeBytes}`);
  }

  async close(): Promise<void> {
    this.calls.push('close');
  }
}

test('a failure is one error for all who call from then on, and the storage is closed', async () => {
  const disk = new SmallDisk();
  const file = await createHdf5File(disk, { commitIntervalMs: 0 });
  const dataset = file.root.dataset('x', { type: 'uint8', shape: [1000] });
  await file.commit();
  disk.roomBytes = 1000;
  dataset.append(new Uint8Array(2000));
  const callsBefore = disk.calls.length;
  await expect(file.commit()).rejects.toThrow('no room');
  expect(() => dataset.append(new Uint8Array(1000))).toThrow('no room');
  expect(() => file.root.group('g')).toThrow('no room');
  await expect(file.commit()).rejects.toThrow('no room');
  await expect(file.close()).rejects.toThrow('no room');
  expect(disk.calls.slice(callsBefore).filter((call) => call.startsWith('write'))).toEqual([]);
  expect(disk.calls.at(-1)).toBe('close');
});

test('a failure of a commit that came by itself is met by the next call', async () => {
  const disk = new SmallDisk();
  const file = await createHdf5File(disk, { commitIntervalMs: 1 });
  disk.roomBytes = 0;
  file.root.group('g');
  await disk.refused.promise;
  await turn();
  expect(() => file.root.group('last')).toThrow('no room');
  await expect(file.close()).rejects.toThrow('no room');
});

test('append asks to be waited for when the disk does not keep up', async () => {
  const disk = new SmallDisk();
  const file = await createHdf5File(disk, { commitIntervalMs: 0, bufferBytes: 100_000 });
  const dataset = file.root.dataset('x', { type: 'uint8', shape: [10_000], chunkRows: 1 });
  const gate = Promise.withResolvers<void>();
  disk.gate = gate.promise;
  const row = new Uint8Array(10_000);
  for (let i = 0; i < 9; i++) expect(dataset.append(row)).toBeUndefined();
  const waiting = dataset.append(row);
  expect(waiting).toBeInstanceOf(Promise);
  gate.resolve();
  await waiting;
  expect(dataset.append(row)).toBeUndefined();
  await file.close();
});

test('commits asked for while one runs are one more commit', async () => {
  const disk = new SmallDisk();
  const file = await createHdf5File(disk, { commitIntervalMs: 0 });
  const dataset = file.root.dataset('x', { type: 'uint8' });
  await file.commit();
  const syncs = () => disk.calls.filter((call) => call === 'sync').length;
  const before = syncs();
  dataset.append(1);
  const first = file.commit();
  await turn();
  dataset.append(2);
  await Promise.all([first, file.commit(), file.commit(), file.commit()]);
  // Each has the rows, and then the extent.
  expect(syncs() - before).toBe(4);
  await file.commit();
  expect(syncs() - before).toBe(4);
  await file.close();
});

test('rows reach the disk before the extent that shows them, a sync between', async () => {
  const disk = new SmallDisk();
  const file = await createHdf5File(disk, { commitIntervalMs: 0 });
  const dataset = file.root.dataset('x', { type: 'uint8' });
  dataset.append(1);
  await file.commit();
  disk.calls.length = 0;
  dataset.append(2);
  await file.commit();
  expect(disk.calls).toEqual([
    expect.stringMatching(/^write/),
    'sync',
    expect.stringMatching(/^write/),
    'sync',
  ]);
  expect(disk.calls[0]).not.toBe(disk.calls[2]);
  await file.close();
});

test('at close the end of the file is lowered before the file is cut', async () => {
  const disk = new SmallDisk();
  const file = await createHdf5File(disk, { commitIntervalMs: 0 });
  disk.calls.length = 0;
  await file.close();
  expect(disk.calls).toEqual(['write 0', 'sync', expect.stringMatching(/^truncate \d+$/), 'sync', 'close']);
});

test('an object that was refused leaves the end of the file where it is', async () => {
  const disk = new SmallDisk();
  const file = await createHdf5File(disk, { commitIntervalMs: 0 });
  const extended = Number(disk.calls.find((call) => call.startsWith('truncate'))?.split(' ')[1]);
  const attributes = { large: new Float64Array(10_000) };
  expect(() => file.root.fixed('x', new Uint8Array(10_000_000), { attributes })).toThrow('64 000');
  await file.close();
  const cut = Number(disk.calls.findLast((call) => call.startsWith('truncate'))?.split(' ')[1]);
  expect(cut).toBeLessThanOrEqual(extended);
});
