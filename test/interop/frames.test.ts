/** Frames beside a program in Python that does on the wire what SimpleSHM does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  blankText,
  Frame,
  fifoKey,
  openSharedMemory,
  parseDescriptions,
  readJson,
  type SharedMemory,
  writeExact,
} from '../../src/shm/index.ts';
import { RedisServer } from '../support/redis-server.ts';
import { proven } from './proven.ts';
import { pythonProgram } from './python.ts';

/** The program in Python, which does what it is told. */
class PythonFrames {
  readonly #child;
  readonly #lines: AsyncIterator<string>;
  #errors = '';

  constructor(url: string) {
    const program = new URL('python/frames.py', import.meta.url).pathname;
    this.#child = spawn(pythonProgram(), ['-B', program, url], { env: { ...process.env, PYTHONUTF8: '1' } });
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#errors += chunk.toString();
    });
    this.#child.stdin.on('error', () => undefined);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  tell(verb: string, ...args: readonly unknown[]): void {
    this.#child.stdin.write(`${JSON.stringify([verb, ...args])}\n`);
  }

  async answer(): Promise<unknown> {
    const { done, value } = await this.#lines.next();
    if (done) throw new Error(`Python ended: ${this.#errors}`);
    return JSON.parse(value);
  }

  call(verb: string, ...args: readonly unknown[]): Promise<unknown> {
    this.tell(verb, ...args);
    return this.answer();
  }

  async close(): Promise<void> {
    const closed = once(this.#child, 'close');
    this.#child.stdin.end();
    await closed;
  }
}

interface RobotFrames {
  BATTERY__measures: { uBat: number; tempMax: number | null; label: string; cells: readonly number[] };
  BATTERY__command: { command: string };
  PROP__fifo: { n: number };
}

const source = `{
  "BATTERY__measures": [["ts", 0.0], ["sender", ""], ["uBat", 0.0], ["tempMax", null], ["label", "é"], ["cells", [0, 0]]],
  "BATTERY__command": [["ts", 0.0], ["sender", ""], ["command", ""]],
  "PROP__fifo": [["ts", 0.0], ["sender", ""], ["n", 0]]
}`;
const descriptions = parseDescriptions(source, 'robot.json');

let server: RedisServer;
let python: PythonFrames;
let shm: SharedMemory<RobotFrames>;
beforeAll(async () => {
  server = await RedisServer.start();
  // Without a number in its URL our database for frames is 1.
  python = new PythonFrames(`${server.url}/1`);
  shm = await openSharedMemory<RobotFrames>(server.url, { appName: 'APP', descriptions });
});
afterAll(async () => {
  await shm.close();
  await python.close();
  await server.close();
});
beforeEach(() => shm.space.clear());

describe('init', () => {
  test('by Python: we wait for its flag, which it sets without a notice, and find its frames', async () => {
    const waiting = shm.waitForInit('ROBOT_READY', { timeoutMs: 15_000 });
    await python.call('init', source, 'ROBOT_READY');
    await waiting;
    const texts = (await shm.find()).map(({ name, text }) => [name, text]);
    const ours = descriptions.map((description) => [description.name, blankText(description)]);
    expect(texts).toEqual(ours.toSorted());
    expect(await shm.dict().read('BATTERY__measures')).toBeUndefined();
    proven('frames: init', 'Python → Alidade', texts.length);
  });

  test('by us: Python waits for the flag, and finds frames that were not set', async () => {
    python.tell('wait_for_init', 'ROBOT_READY');
    await shm.init(descriptions, 'ROBOT_READY');
    expect(await python.answer()).toBe(true);
    const names = descriptions.map(({ name }) => name);
    expect(await python.call('read', ...names)).toEqual(names.map(() => null));
    proven('frames: init', 'Alidade → Python', names.length);
  });
});

const set = [12, null, 'batterie é "q", x', [1, 2]] as const;
const inPython = (ts: string, sender: string) =>
  `[${ts}, '${sender}', 12.0, None, 'batterie é "q", x', [1, 2]]`;

test('frames that Python writes wake us, with their values and their expiry', async () => {
  await python.call('init', source, 'ROBOT_READY');
  await using dict = shm.dict();
  await using listener = await dict.listenTo(['BATTERY__command', 'BATTERY__measures']);
  const text =
    '{"ts": 1400000000.25, "sender": "PY", "uBat": 12.0, "tempMax": null, "label": "é", "cells": [1, 2]}';
  await python.call(
    'write',
    ['BATTERY__measures', text, 30],
    ['BATTERY__command', '{"ts": 5.0, "sender": "PY", "command": "go"}', null],
  );
  const { value: frames } = await listener.next();
  const [command, measures] = frames ?? [];
  expect(command?.values).toEqual({ command: 'go' });
  expect([measures?.ts, measures?.sender]).toEqual([1400000000.25, 'PY']);
  expect(measures?.values).toEqual({ uBat: 12, tempMax: null, label: 'é', cells: [1, 2] });
  expect(await shm.space.read({ read: 'expiry', key: 'BATTERY__measures' })).toBeGreaterThan(20_000);
  proven('frames: written and heard', 'Python → Alidade', 2);
});

test('frames that we write wake Python, with their values and their expiry', async () => {
  await shm.init(descriptions);
  python.tell('listen', ['BATTERY__command', 'BATTERY__measures'], 2);
  expect(await python.answer()).toBe('listening');
  const dict = shm.dict();
  const [command, measures] = await dict.declareToWrite(['BATTERY__command', 'BATTERY__measures']);
  command.set({ command: 'go', ts: 5 });
  measures.set([...set], { ts: 1400000000.25, expireMs: 30_000 });
  await dict.flush();
  const last = inPython('1400000000.25', 'APP');
  expect(await python.answer()).toEqual(["[5.0, 'APP', 'go']", last]);
  command.set({ command: 'stop', ts: 6.5 });
  await dict.flush();
  expect(await python.answer()).toEqual(["[6.5, 'APP', 'stop']", last]);
  expect(await python.answer()).toBe('done');
  expect(await python.call('ttl', 'BATTERY__measures')).toBeGreaterThan(20);
  proven('frames: written and heard', 'Alidade → Python', 3);
});

test('a frame that Python set is set by us in part, and the other way round', async () => {
  await shm.init(descriptions);
  const text =
    '{"ts": 1.5, "sender": "PY", "uBat": 1e-05, "tempMax": 20, "label": "\\u00e9", "cells": [1, 2.0]}';
  await python.call('write', ['BATTERY__measures', text, null]);
  const dict = shm.dict();
  const measures = await dict.declareToWrite('BATTERY__measures');
  measures.set({ tempMax: 21, ts: 2 });
  await dict.flush();
  expect(await python.call('text', 'BATTERY__measures')).toBe(
    '{"ts": 2.0, "sender": "APP", "uBat": 1e-05, "tempMax": 21, "label": "\\u00e9", "cells": [1, 2.0]}',
  );
  proven('frames: set in part', 'Alidade sets again');
});

test('a FIFO between both', async () => {
  await shm.init(descriptions);
  const fifo = await shm.dict().fifo('PROP__fifo');
  const key = fifoKey('PROP__fifo');
  const texts = [0, 1, 2].map((n) => `{"ts": ${n}.5, "sender": "PY", "n": ${n}}`);
  await python.call('push', key, ...texts);
  expect((await fifo.pop())?.text).toBe(texts[0]);
  expect((await fifo.drain()).map(({ values }) => values.n)).toEqual([1, 2]);
  proven('frames: FIFO', 'Python → Alidade', 3);
  for (const n of [7, 8, 9]) await fifo.push([n], { ts: n });
  const ours = [7, 8, 9].map((n) => `{"ts": ${n}.0, "sender": "APP", "n": ${n}}`);
  expect(await python.call('pop', key)).toBe(ours[0]);
  expect(await python.call('drain', key)).toEqual(ours.slice(1));
  expect(await fifo.pop()).toBeUndefined();
  proven('frames: FIFO', 'Alidade → Python', 3);
});

test('the text of every value is the one that Python writes', async () => {
  const anyValue = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.double(),
      fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }),
      fc.array(tie('value'), { maxLength: 4 }),
      fc
        .dictionary(fc.string(), tie('value'), { maxKeys: 4 })
        .map((object) => new Map(Object.entries(object))),
    ),
  })).value;
  const description = parseDescriptions('{"F": [["ts", 0.0], ["sender", ""], ["x", null]]}', 'f');
  const texts: string[] = [];
  const log = {
    add: (_name: string, _sender: string, text: string) => void texts.push(text),
    close: async () => {},
  };
  await using written = await openSharedMemory('memory:', { appName: 'APP', descriptions: description, log });
  const frame = await written.dict().declareToWrite('F');
  for (const value of fc.sample(anyValue, { seed: 20_141, numRuns: 2000 })) {
    frame.set([value as never], { ts: 1 });
  }
  expect(texts).toHaveLength(2000);
  expect(await python.call('again', ...texts)).toEqual(texts);
  expect(texts.map((text) => writeExact(readJson(text, 'it')))).toEqual(texts);
  expect(texts.map((text) => new Frame('F', text).text)).toEqual(texts);
  proven('frames: text of a value', 'Alidade → Python', texts.length);
});
