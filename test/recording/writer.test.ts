/** The writer as the accelerator knows it, driven over its REST as a process of its own. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { MessageDecoder, Sender } from '../../src/bsread/index.ts';
import { verifyRecording } from '../../src/recording/index.ts';
import { isAlidadeError } from '../../src/shared/errors.ts';
import { buildCommand } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { freePort } from '../support/free-port.ts';
import { runProgram } from '../support/program.ts';
import { recordedRun, runNames } from './support/recorded.ts';
import { valuesOf } from './support/rows.ts';

const command = resolve(import.meta.dirname, '../../bin/sf-bsread-writer.cjs');
const parameters = {
  'general/created': 'today',
  'general/user': 'e1',
  'general/process': 'run',
  'general/instrument': 5,
};

beforeAll(() => buildCommand());

interface BenchOptions {
  /** Where its sender is. */
  readonly address?: string;
  readonly user?: number;
  /** Does something to the folder before the writer starts. */
  readonly prepare?: (folder: string) => void;
  /** Past this size, in blocks of 512 bytes, the system refuses to write, as a full disk does. */
  readonly fileBlocks?: number;
}

/** A running writer with a sender. */
class Bench implements AsyncDisposable {
  readonly folder = temporaryFolder();
  readonly file = join(this.folder.path, 'new', 'folder', 'run.BSREAD.h5');
  readonly sender: Sender;
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<unknown[]>;
  readonly url: string;
  errors = '';

  private constructor(sender: Sender, port: number, { user = -1, prepare, fileBlocks }: BenchOptions) {
    prepare?.(this.folder.path);
    this.sender = sender;
    this.url = `http://127.0.0.1:${port}`;
    const address = sender.endpoints[0] as string;
    const args = [command, address, this.file, String(user), String(port), '--log_level', 'INFO'];
    const limit = fileBlocks === undefined ? '' : `trap "" XFSZ; ulimit -f ${fileBlocks};`;
    this.child = spawn('sh', ['-c', `${limit} exec "$0" "$@"`, process.execPath, ...args], {
      cwd: this.folder.path,
    });
    this.ended = once(this.child, 'exit');
    this.child.stderr.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString();
    });
  }

  static async open(options: BenchOptions = {}): Promise<Bench> {
    const addresses = options.address ?? 'tcp://127.0.0.1:*';
    const sender = await Sender.open({ addresses, startPulseId: 100n });
    const bench = new Bench(sender, await freePort(), options);
    while (!bench.errors.includes('REST at')) {
      await Promise.race([once(bench.child.stderr, 'data'), bench.ended]);
      if (bench.child.exitCode !== null) throw new Error(bench.errors);
    }
    return bench;
  }

  async ask(method: string, path: string, body?: unknown, accept = '*/*') {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: { accept, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, type: answer.headers.get('content-type'), text };
  }

  async get(path: string): Promise<Record<string, unknown>> {
    return JSON.parse((await this.ask('GET', path)).text);
  }

  async send(count: number): Promise<void> {
    for (let at = 0; at < count; at++)
      await this.sender.send({ COUNT: at, WAVE: new Float64Array(8).fill(at) });
  }

  /** Until the statistics tell that the pulse has come. */
  async seen(pulseId: number): Promise<void> {
    for (;;) {
      const { statistics } = await this.get('/statistics');
      if ((statistics as { last_pulse_id: number }).last_pulse_id >= pulseId) return;
    }
  }

  async exitCode(): Promise<unknown> {
    return (await this.ended)[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
    await this.sender.close();
    this.folder[Symbol.dispose]();
  }
}

const pulses = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => BigInt(first + at));
const mediaType = (type: string | null) => type?.split(';')[0];
const empty = { status: 200, type: 'text/html; charset=utf-8', text: '' };

test('the calls of the documentation are answered as it says, and the file holds the pulses asked for', async () => {
  await using bench = await Bench.open();
  expect(await bench.get('/status')).toEqual({ state: 'ok', status: 'waiting' });
  const { statistics } = await bench.get('/statistics');
  expect(statistics).toMatchObject({
    start_pulse_id: null,
    stop_pulse_id: null,
    start_timestamp: null,
    stop_timestamp: null,
    last_pulse_id: -1,
    last_timestamp: null,
  });
  const posted = await bench.ask('POST', '/parameters', parameters);
  expect(posted).toMatchObject({ status: 200, type: 'application/json; charset=utf-8' });
  expect(JSON.parse(posted.text)).toEqual({ state: 'ok', status: 'waiting', parameters });

  expect(await bench.ask('PUT', '/stop_pulse_id/107')).toEqual(empty);
  expect(await bench.ask('PUT', '/start_pulse_id/103')).toEqual(empty);
  expect(await bench.get('/status')).toMatchObject({ state: 'ok', status: 'writing' });
  await bench.send(7);
  await bench.seen(106);
  expect((await bench.get('/statistics')).statistics).toMatchObject({
    start_pulse_id: 103,
    stop_pulse_id: 107,
    last_pulse_id: 106,
    last_timestamp: expect.any(Number),
  });
  // The last pulse of the range ends it; no later one needs to come.
  await bench.send(1);
  expect(await bench.exitCode()).toBe(0);
  expect(valuesOf(bench.file, 'data/COUNT/pulse_id')).toEqual(pulses(103, 107));
  expect(valuesOf(bench.file, 'general/user')).toEqual(['e1']);
  expect(valuesOf(bench.file, 'general/instrument')).toEqual(['5']);
});

test.each(runNames)(
  'what the reference was asked in the run %s is answered alike, and it ends',
  async (name) => {
    const run = recordedRun(name);
    await using bench = await Bench.open();
    const last = run.restLog.findIndex(({ request }) => request?.includes('/stop_pulse_id/') === true);
    for (const { request = '', json, ...expected } of run.restLog.slice(0, last + 1)) {
      const [method = '', path = ''] = request.split(' ');
      const { status, type, text } = await bench.ask(method, path, json ?? undefined);
      expect([request, status, mediaType(type)]).toEqual([
        request,
        expected.http_status,
        mediaType(expected.content_type ?? null),
      ]);
      const answer: unknown = text === '' ? '' : JSON.parse(text);
      if (typeof expected.response === 'object') expect(answer).toMatchObject(expected.response as object);
      else expect(answer).toBe(expected.response);
    }
    // What comes behind the stop has nobody to take it when the writer has ended.
    const ending = new AbortController();
    const ended = bench.exitCode().finally(() => ending.abort());
    try {
      for (const frames of run.messages) await bench.sender.sendFrames(frames, { signal: ending.signal });
    } catch (error) {
      if (!isAlidadeError(error, 'ALI_ABORTED')) throw error;
    }
    expect(await ended).toBe(0);
    const decoder = new MessageDecoder();
    const pulseIds = run.messages.map((frames) => decoder.decode(frames)?.pulseId ?? -1n);
    const beyond = pulseIds.findIndex((pulseId) => pulseId > run.stopPulseId);
    const written = pulseIds
      .slice(0, beyond < 0 ? undefined : beyond)
      .filter((pulseId) => pulseId >= run.startPulseId && pulseId <= run.stopPulseId).length;
    expect(await verifyRecording(bench.file)).toMatchObject({ isWhole: true, written });
  },
);

test('mistakes are answered with status 200 and a state of error, and change nothing', async () => {
  await using bench = await Bench.open();
  const said = async (method: string, path: string, body?: unknown) =>
    JSON.parse((await bench.ask(method, path, body)).text);
  expect(await said('POST', '/parameters', { 'general/user': 'x' })).toEqual({
    state: 'error',
    status:
      "Missing mandatory parameters. Mandatory parameters '['general/created', 'general/user', 'general/process', 'general/instrument']' but received '['general/user']'.",
  });
  expect(await said('POST', '/parameters')).toEqual({
    state: 'error',
    status: expect.stringContaining('object'),
  });
  expect(await said('PUT', '/start_pulse_id/abc')).toEqual({
    state: 'error',
    status: "'abc' is no pulse id: it must be a whole number",
  });
  expect(await said('PUT', '/start_now')).toEqual({
    state: 'error',
    status: expect.stringContaining('{} will do'),
  });
  expect((await bench.ask('GET', '/nothing')).status).toBe(404);
  // Of these clients see the status only, as with the reference.
  for (const [method, path] of [
    ['GET', '/start_pulse_id/5'],
    ['PUT', '/status'],
    ['POST', '/stop'],
  ] as const) {
    expect([method, path, (await bench.ask(method, path)).status]).toEqual([method, path, 405]);
  }
  expect(await bench.get('/status')).toEqual({ state: 'ok', status: 'waiting' });
});

test('who asks for JSON gets the state where others get nothing', async () => {
  await using bench = await Bench.open();
  const { type, text } = await bench.ask('PUT', '/start_pulse_id/-5', undefined, 'application/json');
  expect(type).toBe('application/json; charset=utf-8');
  expect(JSON.parse(text)).toEqual({ state: 'ok', status: 'writing' });
});

describe.each(['/stop', '/kill', 'SIGTERM', 'SIGINT'])('%s while it writes', (how) => {
  test('closes the file well and ends with 0', async () => {
    await using bench = await Bench.open();
    await bench.ask('PUT', '/start_pulse_id/0');
    await bench.send(5);
    await bench.seen(104);
    if (how.startsWith('/')) {
      expect(await bench.ask('GET', how)).toEqual(empty);
    } else bench.child.kill(how as NodeJS.Signals);
    expect(await bench.exitCode()).toBe(0);
    expect(valuesOf(bench.file, 'data/COUNT/pulse_id')).toEqual(pulses(100, 104));
    expect(valuesOf(bench.file, 'data/WAVE/data')).toHaveLength(40);
  });
});

test('the answer to /stop tells that the file is whole', async () => {
  await using bench = await Bench.open();
  await bench.ask('PUT', '/start_pulse_id/0');
  await bench.send(1);
  await bench.seen(100);
  const { text } = await bench.ask('GET', '/stop', undefined, 'application/json');
  expect(JSON.parse(text)).toEqual({ state: 'ok', status: 'finished' });
});

test('a sender that is not there is told in the log and the status, once, and when it is back', async () => {
  const address = `tcp://127.0.0.1:${await freePort()}`;
  await using bench = await Bench.open({ address });
  await bench.sender.close();
  await bench.ask('PUT', '/start_pulse_id/0');
  const source = async () => (await bench.get('/status')).source;
  await expect.poll(source).toEqual({
    address,
    connected: false,
    since: expect.stringMatching(/^20\d\d-.*Z$/),
    problem: expect.stringContaining('ECONNREFUSED'),
  });
  await using back = await Sender.open({ addresses: address, startPulseId: 100n });
  await back.send({ COUNT: 1 });
  await bench.seen(100);
  expect(await source()).toMatchObject({ address, connected: true });
  await bench.ask('GET', '/stop');
  expect(await bench.exitCode()).toBe(0);
  const told = bench.errors.split('\n').filter((line) => line.includes('source'));
  expect(told).toEqual([
    expect.stringMatching(/source not there: .*ECONNREFUSED.*tried again/),
    expect.stringMatching(/source connected, after \d+m?s/),
  ]);
});

test('a start that fails leaves the writer as it was, and further files can be written', async () => {
  await using bench = await Bench.open();
  const blocked = join(bench.folder.path, 'file');
  writeFileSync(blocked, '');
  const failed = await bench.ask('PUT', '/start_now', { output_file: join(blocked, 'run.h5') });
  expect(failed.status).toBe(200);
  expect(JSON.parse(failed.text)).toEqual({ state: 'error', status: expect.stringContaining(blocked) });
  expect(await bench.get('/status')).toMatchObject({
    status: 'error',
    problem: expect.stringContaining(blocked),
  });

  for (const [name, first] of [
    ['one.h5', 100],
    ['two.h5', 104],
  ] as const) {
    const file = join(bench.folder.path, 'more', name);
    expect(await bench.ask('PUT', '/start_now', { output_file: file })).toEqual(empty);
    const again = await bench.ask('PUT', '/start_now', { output_file: join(bench.folder.path, 'other.h5') });
    expect(JSON.parse(again.text)).toMatchObject({ state: 'error' });
    await bench.send(3);
    await bench.seen(first + 2);
    expect(await bench.ask('PUT', '/stop_now')).toEqual(empty);
    await bench.sender.send({ COUNT: 0 }, { timestampNs: BigInt(Date.now() + 60_000) * 1_000_000n });
    for (;;) if ((await bench.get('/status')).status === 'finished') break;
    expect(valuesOf(file, 'data/COUNT/pulse_id')).toEqual(pulses(first, first + 2));
  }
  bench.child.kill('SIGTERM');
  expect(await bench.exitCode()).toBe(0);
});

test('a disk that fills up is its state until it is stopped, and then its exit status', async () => {
  await using bench = await Bench.open({ fileBlocks: 100_000 });
  await bench.ask('PUT', '/start_pulse_id/0');
  const image = new Float64Array(64 * 1024);
  await bench.sender.send({ IMAGE: image });
  // What was committed before stays.
  while ((await verifyRecording(bench.file).catch(() => undefined))?.written !== 1);
  let state: Record<string, unknown> = {};
  while (state.status !== 'error') {
    await bench.sender.send({ IMAGE: image }, { timeoutMs: 100 });
    state = await bench.get('/status');
  }
  expect(state).toEqual({ state: 'ok', status: 'error', problem: expect.stringContaining('disk is full') });
  const { statistics } = await bench.get('/statistics');
  const { received, written, dropped } = statistics as { received: number; written: number; dropped: object };
  expect(received).toBe(Object.values(dropped).reduce((sum, count) => sum + count, written));
  expect(await bench.ask('GET', '/stop')).toEqual(empty);
  expect(await bench.exitCode()).toBe(1);
  expect(bench.errors).toContain('disk is full');
  expect(written).toBeGreaterThanOrEqual(1);
  expect(valuesOf(bench.file, 'data/IMAGE/pulse_id').length).toBeGreaterThanOrEqual(written);
});

test('a port that is in use ends it at once, and says so', async () => {
  await using bench = await Bench.open();
  const port = new URL(bench.url).port;
  const child = spawn(process.execPath, [command, 'tcp://127.0.0.1:1', '/dev/null', '-1', port]);
  const [text] = await Promise.all([child.stderr.toArray(), once(child, 'exit')]);
  expect(String(text)).toContain('choose another port (rest_port)');
  expect(child.exitCode).toBe(1);
});

test.skipIf(process.getuid?.() !== 0)(
  'it writes as the user it is given, in the groups of that user only',
  async () => {
    const user = 12_345;
    const prepare = (folder: string) => {
      chmodSync(folder, 0o755);
      mkdirSync(join(folder, 'new'));
      chownSync(join(folder, 'new'), user, user);
    };
    await using bench = await Bench.open({ user, prepare });
    const groups = /^Groups:(.*)$/m.exec(readFileSync(`/proc/${bench.child.pid}/status`, 'utf8'))?.[1];
    expect(groups?.trim()).toBe(String(user));
    await bench.ask('PUT', '/start_pulse_id/0');
    await bench.send(1);
    await bench.seen(100);
    await bench.ask('GET', '/stop');
    expect(await bench.exitCode()).toBe(0);
    const { uid, gid } = statSync(bench.file);
    expect({ uid, gid }).toEqual({ uid: user, gid: user });
  },
);

test('the detector integration starts it, reads its states and stops it', async () => {
  using folder = temporaryFolder();
  await using sender = await Sender.open({ addresses: 'tcp://127.0.0.1:*', startPulseId: 1n });
  const script = join(folder.path, 'writer.sh');
  writeFileSync(script, `exec "${process.execPath}" "${command}" "$1" "$2" "$3" "$4"\n`);
  const file = join(folder.path, 'run.BSREAD.h5');
  const port = await freePort();
  const args = [script, sender.endpoints[0] as string, file, '-1', String(port), '2', '5'];
  await using dia = runProgram(new URL('./programs/dia.ts', import.meta.url), args);
  expect(await dia.line()).toBe('started');
  for (let at = 0; at < 5; at++) await sender.send({ COUNT: at });
  const seen = JSON.parse(await dia.line());
  expect(seen).toMatchObject({
    posted: 200,
    before: { state: 'ok', status: 'waiting' },
    started: { status: 200, text: '' },
    last: 5,
    exitCode: 0,
  });
  expect(seen.states).toContain('writing');
  expect(existsSync(file)).toBe(true);
  expect(valuesOf(file, 'data/COUNT/pulse_id')).toEqual(pulses(2, 5));
  expect(valuesOf(file, 'general/process')).toEqual(['dia']);
});
