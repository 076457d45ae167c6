import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { StreamFileReader } from './reader.ts';
import type { StreamRecord } from './record.ts';
import { StreamFileWriter } from './writer.ts';

function file(): string {
  const folder = temporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  return join(folder.path, 'run.stream');
}

const records: readonly StreamRecord[] = [
  { timeNs: 1_700_000_000_000_000_001n, frames: [Buffer.from('main'), Buffer.alloc(0), Buffer.from('x')] },
  { timeNs: -5n, frames: [Buffer.alloc(3_000_000, 7)] },
  { timeNs: 0n, frames: Array.from({ length: 4002 }, (_, index) => Buffer.from(String(index))) },
];

async function write(path: string, which = records): Promise<void> {
  await using writer = await StreamFileWriter.create(path);
  for (const record of which) await writer.add(record);
}

async function read(path: string) {
  await using reader = await StreamFileReader.open(path);
  const read: StreamRecord[] = [];
  for await (const record of reader) read.push(record);
  return { records: read, damagedRecords: reader.damagedRecords, tornBytes: reader.tornBytes };
}

const flat = (all: readonly StreamRecord[]) =>
  all.map(({ timeNs, frames }) => [timeNs, frames.length, Buffer.concat(frames).toString('base64')]);

test('what was written is read, exactly', async () => {
  const path = file();
  await write(path);
  const { records: found, damagedRecords, tornBytes } = await read(path);
  expect(flat(found)).toEqual(flat(records));
  expect([damagedRecords, tornBytes]).toEqual([0, 0]);
});

test('a file that was cut anywhere has every whole record before the cut', async () => {
  const path = file();
  const small = records.slice(0, 1);
  await write(path, [...small, ...small]);
  const whole = readFileSync(path);
  const recordBytes = (whole.length - 8) / 2;
  for (let length = whole.length; length >= 8; length--) {
    truncateSync(path, length);
    const { records: found, tornBytes } = await read(path);
    expect(found).toHaveLength(Math.floor((length - 8) / recordBytes));
    expect(tornBytes).toBe((length - 8) % recordBytes);
  }
});

test('a damaged record is skipped, and what follows is read', async () => {
  const path = file();
  await write(path, [records[0], records[0], records[0]] as StreamRecord[]);
  const bytes = readFileSync(path);
  const recordBytes = (bytes.length - 8) / 3;
  bytes[8 + recordBytes + 30] = (bytes[8 + recordBytes + 30] as number) ^ 1;
  writeFileSync(path, bytes);
  expect(await read(path)).toMatchObject({ records: [{}, {}], damagedRecords: 1, tornBytes: 0 });
  appendFileSync(path, Buffer.alloc(20, 0xff));
  expect(await read(path)).toMatchObject({ records: [{}, {}], tornBytes: 20 });
});

test('what is no stream file is refused, and so is one that is there', async () => {
  const path = file();
  await expect(StreamFileReader.open(path)).rejects.toThrow(
    expect.objectContaining({ code: 'ALI_NOT_FOUND' }),
  );
  writeFileSync(path, 'something else');
  await expect(StreamFileReader.open(path)).rejects.toThrow(expect.objectContaining({ code: 'ALI_IMPORT' }));
  await expect(StreamFileWriter.create(path)).rejects.toThrow(
    expect.objectContaining({ code: 'ALI_FILE_EXISTS' }),
  );
  await (await StreamFileWriter.create(path, { overwrite: true })).close();
  expect(await read(path)).toMatchObject({ records: [] });
});

test('a disk that is full is said so', async () => {
  await expect(StreamFileWriter.create('/dev/full', { overwrite: true })).rejects.toThrow(
    expect.objectContaining({ code: 'ALI_DISK_FULL', exitCode: 1 }),
  );
});
