/** CSV logs: what is in the files, byte for byte, and what happens when they cannot be written. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CsvLogs, type CsvLogsOptions, logOptionsOf } from '../../src/shm/csv-logs.ts';
import { openSharedMemory, parseDescriptions } from '../../src/shm/index.ts';
import { temporaryFolder } from '../support/folder.ts';

const isRoot = process.getuid?.() === 0;
/** 2014-05-13T16:53:20.25Z */
const startSeconds = 1_400_000_000.25;

let folder: ReturnType<typeof temporaryFolder>;
let said: string[];
beforeEach(() => {
  folder = temporaryFolder();
  said = [];
});
afterEach(() => folder[Symbol.dispose]());

function openLogs(options: CsvLogsOptions = {}): CsvLogs {
  return new CsvLogs({ folder: folder.path, onTrouble: (message) => said.push(message), ...options });
}

const files = () => readdirSync(folder.path).sort();
const textOf = (file: string) => readFileSync(join(folder.path, file), 'utf8');
const command = (value: string, ts = startSeconds) => `{"ts": ${ts}, "sender": "APP", "command": "${value}"}`;

// The bytes that the reference wrote for the same frames.
test('a frame has a file of its own, with the names and rows of the reference', async () => {
  const logs = openLogs();
  logs.add('BATTERY__command', 'APP', command('acknowledge'), startSeconds);
  logs.add('BATTERY__command', 'APP', command('go', 123.5), startSeconds);
  logs.add(
    'BATTERY__measures',
    'APP',
    '{"ts": 1400000000.75, "sender": "APP", "uBat": 12.5, "tempMax": null, "label": "batterie \\u00e9 \\"q\\", x", "cells": [1, 2]}',
    startSeconds,
  );
  logs.add(
    'BATTERY__measures',
    'APP',
    '{"ts": 1400000001.25, "sender": "APP", "uBat": 13.0, "tempMax": 20, "label": "x", "cells": []}',
    startSeconds,
  );
  logs.add('PUPITRE__joyleft', 'APP', '{"ts": 1400000001.0, "sender": "APP", "bouton": true}', startSeconds);
  await logs.close();
  expect(Object.fromEntries(files().map((file) => [file, textOf(file)]))).toEqual({
    '2014-05-13_16h53m20sZ_APP_BATTERY__command.csv':
      'ts,sender,command\r\n1400000000.25,APP,acknowledge\r\n123.5,APP,go\r\n',
    '2014-05-13_16h53m20sZ_APP_BATTERY__measures.csv':
      'ts,sender,uBat,tempMax,label,cells\r\n1400000000.75,APP,12.5,,"batterie é ""q"", x","[1, 2]"\r\n1400000001.25,APP,13.0,20,x,[]\r\n',
    '2014-05-13_16h53m20sZ_APP_PUPITRE__joyleft.csv': 'ts,sender,bouton\r\n1400000001.0,APP,True\r\n',
  });
  expect(said).toEqual([]);
});

test('two first sets in one second do not overwrite', async () => {
  await using first = openLogs();
  await using second = openLogs();
  first.add('BATTERY__command', 'APP', command('one'), startSeconds);
  second.add('BATTERY__command', 'APP', command('two'), startSeconds + 0.5);
  await Promise.all([first.close(), second.close()]);
  const name = '2014-05-13_16h53m20sZ_APP_BATTERY__command';
  expect(files()).toEqual([`${name}-2.csv`, `${name}.csv`]);
  expect(
    files()
      .map((file) => textOf(file).split('\r\n')[1]?.slice(-3))
      .sort(),
  ).toEqual(['one', 'two']);
});

test('one LOGFILE for several frames: each has a file, and an old one stays', async () => {
  const file = join(folder.path, 'run.csv');
  writeFileSync(file, 'old');
  const logs = openLogs({ folder: undefined, file });
  logs.add('A__a', 'APP', command('a'), startSeconds);
  logs.add('B__b', 'APP', command('b'), startSeconds);
  await logs.close();
  expect(files()).toEqual(['run-2.csv', 'run.csv', 'run_B__b.csv']);
  expect(textOf('run.csv')).toBe('old');
  expect(textOf('run-2.csv')).toContain('APP,a\r\n');
});

test('names that would lead out of the folder stay inside', async () => {
  const logs = openLogs();
  logs.add('../../x/y', '../me', command('a'), startSeconds);
  await logs.close();
  expect(files()).toEqual(['2014-05-13_16h53m20sZ_..-me_..-..-x-y.csv']);
});

test('every row is in the file when the logs are closed, each on a line', async () => {
  const logs = openLogs();
  for (let i = 0; i < 20_000; i++) logs.add('A__a', 'APP', command(`${i}`), startSeconds);
  await logs.close();
  const rows = textOf(files()[0] as string).split('\r\n');
  expect(rows.length).toBe(20_002);
  expect(rows[20_000]).toBe('1400000000.25,APP,19999');
});

describe('rotation', () => {
  test('by size: no file is longer, each has its header, no row is missing', async () => {
    const logs = openLogs({ rotation: { maxBytes: 2000 } });
    for (let i = 100; i < 400; i++) logs.add('A__a', 'APP', command(`${i}`), startSeconds);
    await logs.close();
    expect(files().length).toBeGreaterThan(3);
    const values = files().flatMap((file) => {
      const [header, ...rows] = textOf(file).trimEnd().split('\r\n');
      expect(header).toBe('ts,sender,command');
      expect(textOf(file).length).toBeLessThanOrEqual(2000);
      return rows.map((row) => Number(row.split(',')[2]));
    });
    expect(values.sort()).toEqual(Array.from({ length: 300 }, (_, i) => i + 100));
  });

  test('by day of UTC', async () => {
    const logs = openLogs({ rotation: { daily: true } });
    const midnight = 1_400_025_600;
    for (const time of [midnight - 3600, midnight - 0.001, midnight]) {
      logs.add('A__a', 'APP', command('x', time), time);
    }
    await logs.close();
    expect(files()).toEqual(['2014-05-13_23h00m00sZ_APP_A__a.csv', '2014-05-14_00h00m00sZ_APP_A__a.csv']);
    expect(files().map((file) => textOf(file).trimEnd().split('\r\n').length)).toEqual([3, 2]);
  });

  test('a frame that gets other fields gets another file', async () => {
    const logs = openLogs();
    logs.add('A__a', 'APP', '{"ts": 1.0, "sender": "APP", "x": 1}', startSeconds);
    logs.add('A__a', 'APP', '{"ts": 2.0, "sender": "APP", "y": 1}', startSeconds);
    await logs.close();
    expect(
      files()
        .map((file) => textOf(file).split('\r\n')[0])
        .sort(),
    ).toEqual(['ts,sender,x', 'ts,sender,y']);
  });
});

test('the environment says where logs go', () => {
  expect(logOptionsOf({ LOGDIR: '', LOGFILE: '' })).toBeUndefined();
  expect(logOptionsOf({ LOGDIR: 'logs' })).toEqual({ folder: 'logs' });
  expect(logOptionsOf({ LOGDIR: 'logs', LOGFILE: 'x.csv', LOGROTATE: 'day' })).toEqual({
    folder: 'logs',
    file: 'x.csv',
    rotation: { daily: true },
  });
  expect(logOptionsOf({ LOGDIR: 'logs', LOGROTATE: '1.5MB' })?.rotation).toEqual({ maxBytes: 1_500_000 });
  expect(() => logOptionsOf({ LOGDIR: 'logs', LOGROTATE: '5' })).toThrow(/LOGROTATE: '5'/);
});

describe('what cannot be written', () => {
  test('is lost, counted and told once, and adding never fails', async () => {
    const file = join(folder.path, 'no-folder', 'x.csv');
    writeFileSync(join(folder.path, 'no-folder'), '');
    const logs = openLogs({ file });
    for (let i = 0; i < 3; i++) {
      logs.add('A__a', 'APP', command('x'), startSeconds);
      logs.add('B__b', 'APP', command('x'), startSeconds);
    }
    await logs.close();
    // The two logs meet the disk side by side: either may be the first to say so, and only the first does.
    expect(said).toEqual([
      expect.stringMatching(
        /^the CSV log of (A__a|B__b) cannot be written, rows are being lost: E.*no-folder/,
      ),
      '6 rows of CSV logs were lost',
    ]);
    expect(logs.lostRows).toBe(6);
  });

  test('keeps nobody from flushing: the frame is in the store', async () => {
    writeFileSync(join(folder.path, 'no-folder'), '');
    const logs = openLogs({ folder: join(folder.path, 'no-folder') });
    await using shm = await openSharedMemory('memory:', { appName: 'APP', log: logs });
    await shm.init(parseDescriptions('{"A__a": [["ts", 0.0], ["sender", ""], ["n", 0]]}', 'test'));
    const dict = shm.dict();
    const frame = await dict.declareToWrite('A__a');
    for (let n = 1; n <= 3; n++) {
      frame.set({ n });
      await dict.flush();
      expect((await dict.read('A__a'))?.values).toEqual({ n });
    }
    await shm.close();
    expect(logs.lostRows).toBe(3);
    expect(said).toHaveLength(2);
  });

  test('rows above the limit of the queue are lost rather than kept in memory', async () => {
    const logs = openLogs({ queueBytes: 1000 });
    for (let i = 0; i < 100; i++) logs.add('A__a', 'APP', command(`${i}`), startSeconds);
    const lost = logs.lostRows;
    await logs.close();
    expect(lost).toBeGreaterThan(50);
    expect(
      textOf(files()[0] as string)
        .trimEnd()
        .split('\r\n').length - 1,
    ).toBe(100 - lost);
    expect(said[0]).toContain('the disk is slower than the frames');
  });

  test.skipIf(!isRoot)(
    'a disk that is full: no half row stays, and rows go on when there is room',
    async () => {
      const disk = join(folder.path, 'disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
      using _mounted = { [Symbol.dispose]: () => execFileSync('umount', [disk]) };
      const filler = join(disk, 'filler');
      execFileSync('sh', ['-c', `head -c 1028096 /dev/zero > ${filler}`]);
      const logs = openLogs({ folder: disk });
      const told = () => said.length;
      let i = 0;
      const addUntil = async (count: number) => {
        while (told() < count) {
          logs.add('A__a', 'APP', command(`row ${i++} ${'x'.repeat(100)}`), startSeconds);
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      await addUntil(1);
      execFileSync('rm', [filler]);
      await addUntil(2);
      await logs.close();
      expect(said).toEqual([
        expect.stringMatching(/A__a cannot be written, rows are being lost: ENOSPC/),
        expect.stringMatching(/^CSV logs are written again; \d+ rows? were lost$/),
      ]);
      const [file] = readdirSync(disk);
      const text = readFileSync(join(disk, file as string), 'utf8');
      expect(text).toMatch(/^ts,sender,command\r\n(?:1400000000\.25,APP,row \d+ x{100}\r\n)+$/);
      expect(text.trimEnd().split('\r\n').length - 1).toBe(i - logs.lostRows);
    },
  );

  test.skipIf(isRoot)('a folder without rights is told', async () => {
    chmodSync(folder.path, 0o500);
    const logs = openLogs();
    logs.add('A__a', 'APP', command('x'), startSeconds);
    await logs.close();
    expect(said[0]).toContain('EACCES');
  });
});
