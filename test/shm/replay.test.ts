/** Replay of CSV logs: what is on the wire, when, and when it is refused. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CsvLogs } from '../../src/shm/csv-logs.ts';
import { type ReplayOptions, replay } from '../../src/shm/replay.ts';
import { keyText, openStore, type Space, type Store, type Subscription } from '../../src/store/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ManualClock } from '../support/manual-clock.ts';

const stamp = '2014-05-13_16h53m20sZ';
const header = 'ts,sender,uBat,tempMax,label,cells';
const measuresFile = `${stamp}_APP_BATTERY__measures.csv`;
const commandFile = `${stamp}_APP_BATTERY__command.csv`;

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
let space: Space;
let heard: Subscription;
beforeEach(async () => {
  folder = temporaryFolder();
  store = await openStore('memory:');
  space = await store.space('shm');
  await put(
    'BATTERY__measures',
    '{"ts": 0.0, "sender": "", "uBat": 0.0, "tempMax": null, "label": "", "cells": []}',
  );
  await put('BATTERY__command', '{"ts": 0.0, "sender": "", "command": ""}');
  heard = await space.subscribe({ patterns: ['*'] });
});
afterEach(async () => {
  await heard.close();
  await store.close();
  folder[Symbol.dispose]();
});

const put = (key: string, json: string) =>
  space.write({
    do: 'set',
    key,
    value: Buffer.from(json),
    notice: { channel: key, payload: Buffer.from('available') },
  });

async function textOf(key: string): Promise<string | undefined> {
  const value = await space.read({ read: 'value', key });
  return value === undefined ? undefined : Buffer.from(value).toString();
}

function file(name: string, ...lines: readonly string[]): string {
  const path = join(folder.path, name);
  writeFileSync(path, lines.map((line) => `${line}\r\n`).join(''));
  return path;
}

async function nextNotice(): Promise<string> {
  const { value: event } = await heard.next();
  return event.event === 'notice' ? `${keyText(event.channel)} ${Buffer.from(event.payload)}` : event.reason;
}

/** A replay by a clock that stands; `advance` gives it time, and waits until what is due by then went out. */
function replaying(files: readonly string[], options: ReplayOptions = {}) {
  const clock = new ManualClock(1_700_000_000_000);
  const ended = replay(space, files, { live: true, clock, ...options });
  ended.catch(() => undefined);
  return {
    clock,
    ended,
    /** Resolves when the replay waits for the clock again. */
    async waits() {
      while (clock.timers === 0) await setImmediate();
    },
  };
}

// What Python wrote in a log goes on the wire as Python had it there.
test.each([
  [
    '12.5,,"batterie é ""q"", x","[1, 2]"',
    '12.5, "tempMax": null, "label": "batterie \\u00e9 \\"q\\", x", "cells": [1, 2]',
  ],
  ['13.0,20,x,[]', '13.0, "tempMax": 20, "label": "x", "cells": []'],
  ['13,20.0,,', '13, "tempMax": 20.0, "label": "", "cells": null'],
  [
    'nan,-inf,True,"[True, None, \'a\']"',
    'NaN, "tempMax": -Infinity, "label": "True", "cells": [true, null, "a"]',
  ],
  [
    '1e+20,1e-07,007,"{\'a\': (1, 2.0)}"',
    '1e+20, "tempMax": 1e-07, "label": "007", "cells": {"a": [1, 2.0]}',
  ],
  ['0.1,False,None,"[u\'\\xe9\']"', '0.1, "tempMax": false, "label": "None", "cells": ["\\u00e9"]'],
  ['x y,"a, b",\'q\',[1', '"x y", "tempMax": "a, b", "label": "\'q\'", "cells": "[1"'],
])('the row %s is read back exactly', async (row, values) => {
  const log = file(measuresFile, header, `1400000000.25,APP,${row}`);
  expect(await replay(space, [log], { live: true })).toMatchObject({ rows: 1, cutRows: 0 });
  expect(await textOf('BATTERY__measures')).toBe(`{"ts": 1400000000.25, "sender": "APP", "uBat": ${values}}`);
});

test('what our logs hold goes back on the wire as it was', async () => {
  const frames = [
    '{"ts": 1400000000.5, "sender": "APP", "uBat": 12.0, "tempMax": 12, "label": "\\ud83d\\ude00, \\"\\n", "cells": [[1.0], {"a": null}]}',
    '{"ts": 1400000001.0, "sender": "APP", "uBat": NaN, "tempMax": true, "label": "", "cells": ["it\'s \\\\ \\u00e9"]}',
  ];
  for (const frame of frames) {
    await using inner = temporaryFolderAsync();
    await using logs = new CsvLogs({ folder: inner.path });
    logs.add('BATTERY__measures', 'APP', frame, 1_400_000_000);
    await logs.close();
    await replay(space, [join(inner.path, measuresFile)], { live: true });
    expect(await textOf('BATTERY__measures')).toBe(frame);
  }
});

function temporaryFolderAsync(): AsyncDisposable & { readonly path: string } {
  const { path, [Symbol.dispose]: dispose } = temporaryFolder();
  return { path, [Symbol.asyncDispose]: async () => dispose() };
}

test('several files are merged in the order of their times, with the pauses that they had', async () => {
  const measures = file(measuresFile, header, '100.0,APP,1.0,,a,', '102.0,APP,2.0,,b,');
  const command = file(commandFile, 'ts,sender,command', '101.5,APP,go', '103.0,APP,stop');
  const { clock, ended, waits } = replaying([measures, command]);
  expect(await nextNotice()).toBe('BATTERY__measures available');
  await waits();
  clock.advance(1499);
  await waits();
  expect(await textOf('BATTERY__command')).toContain('"command": ""');
  clock.advance(1);
  expect(await nextNotice()).toBe('BATTERY__command available');
  await waits();
  clock.advance(500);
  expect(await nextNotice()).toBe('BATTERY__measures available');
  await waits();
  clock.advance(1000);
  expect(await ended).toEqual({ rows: 4, cutRows: 0, latestMs: 0 });
  expect(await textOf('BATTERY__command')).toBe('{"ts": 103.0, "sender": "APP", "command": "stop"}');
});

test('a range, some frames, twice as fast, under other names, with times of now', async () => {
  const measures = file(measuresFile, header, '100.0,APP,1.0,,a,');
  const rows = ['1.0,APP,a', '100.0,APP,b', '110.0,APP,c', '200.0,APP,d'];
  const command = file(commandFile, 'ts,sender,command', ...rows);
  const options = { fromSeconds: 100, toSeconds: 150, speed: 2, prefix: 'OLD_', restamp: true };
  const { clock, ended, waits } = replaying([measures, command], { ...options, only: ['BATTERY__command'] });
  await waits();
  expect(await textOf('OLD_BATTERY__command')).toBe('{"ts": 1700000000.0, "sender": "APP", "command": "b"}');
  clock.advance(5000);
  expect(await ended).toMatchObject({ rows: 2 });
  expect(await textOf('OLD_BATTERY__command')).toBe('{"ts": 1700000005.0, "sender": "APP", "command": "c"}');
  expect(await textOf('BATTERY__command')).toContain('"command": ""');
  expect(await textOf('OLD_BATTERY__measures')).toBeUndefined();
});

test('a loop goes on until its signal', async () => {
  const command = file(commandFile, 'ts,sender,command', '1.0,APP,a', '2.0,APP,b');
  const stop = new AbortController();
  const { clock, ended, waits } = replaying([command], { loop: true, signal: stop.signal });
  for (let i = 0; i < 5; i++) {
    await waits();
    clock.advance(1000);
  }
  await waits();
  stop.abort();
  expect((await ended).rows).toBeGreaterThanOrEqual(10);
});

test('a time that goes back is not waited for', async () => {
  const command = file(commandFile, 'ts,sender,command', '100.0,APP,a', '50.0,APP,b', '99.0,APP,c');
  expect(await replay(space, [command], { live: true })).toMatchObject({ rows: 3 });
  expect(await textOf('BATTERY__command')).toContain('"c"');
});

test('a last row that was cut off is left out, and counted', async () => {
  const command = file(commandFile, 'ts,sender,command', '100.0,APP,a');
  writeFileSync(command, '100.5,APP,st', { flag: 'a' });
  expect(await replay(space, [command], { live: true })).toMatchObject({ rows: 1, cutRows: 1 });
  expect(await textOf('BATTERY__command')).toContain('"a"');
});

test('a log with a name of its own is known by its columns', async () => {
  const log = file('run.csv', 'ts,sender,command', '100.0,APP,a');
  expect(await replay(space, [log], { live: true })).toMatchObject({ rows: 1 });
  await put('OTHER__command', '{"ts": 0.0, "sender": "", "command": ""}');
  await expect(replay(space, [log], { live: true })).rejects.toThrow(
    /run\.csv: neither its name nor its columns/,
  );
});

test('numbers behind a name, and senders with underscores', async () => {
  const log = file(`${stamp}_MY_APP_BATTERY__command-2.csv`, 'ts,sender,command', '100.0,MY_APP,a');
  expect(await replay(space, [log], { live: true })).toMatchObject({ rows: 1 });
});

describe('what is no log of a frame is refused, and nothing written', () => {
  test.each([
    ['', 'ALI_SHM_LOG', /the file has no header/],
    ['ts;sender;command\r\n', 'ALI_SHM_LOG', /line 1: .*ts and sender/],
    [
      'ts,sender,order\r\n1.0,APP,a\r\n',
      'ALI_SHM_LOG',
      /columns are ts, sender, order, where BATTERY__command has ts/,
    ],
    ['ts,sender,command\r\n1.0,APP\r\n', 'ALI_SHM_LOG', /line 2: 2 cells, where the header has 3/],
    ['ts,sender,command\r\nnoon,APP,a\r\n', 'ALI_SHM_LOG', /line 2: 'noon' is no time/],
    ['ts,sender,command\r\n,APP,a\r\n', 'ALI_SHM_LOG', /line 2: '' is no time/],
  ])('%j', async (text, code, message) => {
    const log = join(folder.path, commandFile);
    writeFileSync(log, text);
    const refused = expect(replay(space, [log], { live: true })).rejects;
    await refused.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await textOf('BATTERY__command')).toBe('{"ts": 0.0, "sender": "", "command": ""}');
  });

  test('files and frames that are not there, with the nearest name', async () => {
    await expect(replay(space, [join(folder.path, 'none.csv')])).rejects.toMatchObject({
      code: 'ALI_NOT_FOUND',
    });
    const log = file(`${stamp}_APP_BATERY__command.csv`, 'ts,sender,command', '1.0,APP,a');
    await expect(replay(space, [log])).rejects.toThrow(
      /no frame BATERY__command in .*did you mean 'BATTERY__command'\?/,
    );
    const command = file(commandFile, 'ts,sender,command', '1.0,APP,a');
    await expect(replay(space, [command], { only: ['BATTERY__comand'] })).rejects.toThrow(
      /none of these logs is of BATTERY__comand; did you mean 'BATTERY__command'/,
    );
  });
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('a speed of %d is none', async (speed) => {
  const log = file(commandFile, 'ts,sender,command', '1.0,APP,a');
  await expect(replay(space, [log], { live: true, speed })).rejects.toMatchObject({ code: 'ALI_USAGE' });
});

describe('while another sender is alive', () => {
  const rows = ['ts,sender,command', '1.0,APP,a', '1000.0,APP,b'];
  const frame = (ts: number) => `{"ts": ${ts.toFixed(1)}, "sender": "CONSOLE", "command": "forward"}`;

  test('by the time in the frame: refused at once', async () => {
    await put('BATTERY__command', frame(1_699_999_997));
    const { ended } = replaying([file(commandFile, ...rows)], { live: false });
    await expect(ended).rejects.toMatchObject({
      code: 'ALI_SHM_SENDER_ALIVE',
      message: expect.stringMatching(/BATTERY__command was sent by CONSOLE 3\.0 s ago.*--prefix.*--live/),
    });
    expect(await textOf('BATTERY__command')).toContain('forward');
  });

  test('by a write while it is watched, whatever its time', async () => {
    const { ended, waits } = replaying([file(commandFile, ...rows)], { live: false });
    await waits();
    await put('BATTERY__command', frame(5));
    await expect(ended).rejects.toMatchObject({ code: 'ALI_SHM_SENDER_ALIVE' });
    expect(await textOf('BATTERY__command')).toContain('forward');
  });

  test('one that comes in the middle ends the replay', async () => {
    const { clock, ended, waits } = replaying([file(commandFile, ...rows)], { live: false });
    await waits();
    clock.advance(1000);
    await waits();
    expect(await textOf('BATTERY__command')).toContain('"a"');
    await put('BATTERY__command', frame(5));
    await expect(ended).rejects.toMatchObject({ code: 'ALI_SHM_SENDER_ALIVE' });
    expect(await textOf('BATTERY__command')).toContain('forward');
  });

  test('one that cannot be listened for any more ends the replay', async () => {
    await using disk = await openStore(`sqlite:${join(folder.path, 'store')}`);
    const onDisk = await disk.space('shm');
    const value = Buffer.from('{"ts": 0.0, "sender": "", "command": ""}');
    await onDisk.write({ do: 'set', key: 'BATTERY__command', value });
    const clock = new ManualClock(1_700_000_000_000);
    const ended = replay(onDisk, [file(commandFile, ...rows)], { clock });
    const refused = expect(ended).rejects.toMatchObject({ code: 'ALI_STORE_FAILED' });
    while (clock.timers === 0) await setImmediate();
    const db = new DatabaseSync(join(folder.path, 'store', 'shm.sqlite'), { timeout: 5000 });
    db.exec('DROP TABLE notices');
    db.close();
    await refused;
  });

  test('an old frame is no sender; nor is one of another name; and --live is taken at its word', async () => {
    await put('BATTERY__command', frame(1_699_999_900));
    const command = file(commandFile, ...rows.slice(0, 2));
    const old = replaying([command], { live: false });
    await old.waits();
    old.clock.advance(1000);
    expect(await old.ended).toMatchObject({ rows: 1 });
    await put('BATTERY__command', frame(1_700_000_000));
    const other = replaying([command], { live: false, prefix: 'OLD_' });
    await other.waits();
    other.clock.advance(1000);
    expect(await other.ended).toMatchObject({ rows: 1 });
    expect(await replaying([command]).ended).toMatchObject({ rows: 1 });
  });
});

test('a long log needs no more memory than a short one', async () => {
  const path = join(folder.path, commandFile);
  const text = 'x'.repeat(1000);
  const lines = Array.from({ length: 1000 }, () => `1.0,APP,${text}\r\n`).join('');
  writeFileSync(path, 'ts,sender,command\r\n');
  for (let i = 0; i < 60; i++) writeFileSync(path, lines, { flag: 'a' });
  const before = process.memoryUsage().rss;
  expect(await replay(space, [path], { live: true })).toMatchObject({ rows: 60_000 });
  // 60 MB were read; the store keeps notices of them, by reference to the key.
  expect(process.memoryUsage().rss - before).toBeLessThan(250e6);
});
