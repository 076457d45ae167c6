/** `alidade record`: streams into files, and what is in a file. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import h5wasm from 'h5wasm/node';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { type ChannelSpec, Sender, type SentValues } from '../../src/bsread/index.ts';
import { palette } from '../../src/cli/stream/colour-map.ts';
import { buildCommand, finished, type Result, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';

beforeAll(buildCommand, 120_000);

const startNs = 1_795_000_000_000_000_000n;
const reference = new URL('../fixtures/recording/changing.h5', import.meta.url).pathname;

class Desk {
  readonly shell: Shell;
  readonly folder: string;
  readonly sender: Sender;
  readonly address: string;

  private constructor(folder: string, sender: Sender) {
    this.folder = folder;
    mkdirSync(join(folder, 'run'), { mode: 0o700 });
    this.shell = new Shell(folder, {
      XDG_RUNTIME_DIR: join(folder, 'run'),
      TMPDIR: folder,
      COLUMNS: '60',
    });
    this.sender = sender;
    this.address = sender.endpoints[0] as string;
  }

  static async open(channels?: readonly ChannelSpec[]): Promise<Desk> {
    const folder = temporaryFolder();
    const sender = await Sender.open({ addresses: 'tcp://127.0.0.1:*', channels });
    onTestFinished(async () => {
      await sender.close();
      folder[Symbol.dispose]();
    });
    return new Desk(folder.path, sender);
  }

  /** Sends pulse after pulse, from 100 on, ten milliseconds apart. */
  async send(count: number, valuesAt: (at: number) => SentValues, first = 0): Promise<void> {
    for (let at = first; at < first + count; at++) {
      await this.sender.send(valuesAt(at), {
        pulseId: 100n + BigInt(at),
        timestampNs: startNs + BigInt(at) * 10_000_000n,
      });
    }
  }

  /** Records this many messages into a file. */
  async record(file: string, count: number, valuesAt: (at: number) => SentValues): Promise<string> {
    const done = this.shell.alidade('record', 'start', this.address, file, '--to', String(99 + count));
    await this.send(count, valuesAt);
    const { status, stdout, stderr } = await done;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return stdout;
  }

  /** A recording that goes on. */
  start(
    file: string,
    ...args: readonly string[]
  ): { child: ChildProcessWithoutNullStreams; done: Promise<Result> } {
    const child = this.shell.start('record', 'start', this.address, file, ...args);
    onTestFinished(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'close');
    });
    return { child, done: finished(child) };
  }

  /** What a running recording says of itself, once it has written so many messages. */
  async written(file: string, count: number): Promise<Record<string, unknown>> {
    for (;;) {
      const { stdout } = await this.shell.alidade('record', 'status', file, '--json');
      const found = stdout === '' ? undefined : JSON.parse(stdout);
      if (found?.status.written === count) return found;
    }
  }
}

const counts = (at: number) => ({ COUNT: at, SINE: Math.sin(at / 10) });

test('a recording holds the pulses asked for, and says so', async () => {
  const desk = await Desk.open();
  const done = desk.shell.alidade(
    ...['record', 'start', desk.address, 'run.h5', '--from', '102', '--to', '105'],
    ...['--general', 'user=e12345', '--general', 'process=night shift'],
  );
  await desk.send(6, counts);
  expect(await done).toEqual({
    status: 0,
    stdout: expect.stringMatching(/^run\.h5: 4 messages written \(0\.\d MB, pulses 102 to 105\)\n$/),
    stderr: '',
  });
  expect(await desk.shell.said('record', 'export', 'run.h5', 'COUNT')).toBe(
    [
      'pulse_id,timestamp_ns,"COUNT"',
      ...[2, 3, 4, 5].map((at) => `${100 + at},${startNs + BigInt(at) * 10_000_000n},${at}`),
    ].join('\n'),
  );
  const told = JSON.parse(await desk.shell.said('record', 'show', 'run.h5', '--json'));
  expect(told.general).toMatchObject({ user: 'e12345', process: 'night shift', instrument: 'not given' });
  expect(
    told.channels.map(({ name, rows, present }: Record<string, unknown>) => [name, rows, present]),
  ).toEqual([
    ['COUNT', 4, 4],
    ['SINE', 4, 4],
  ]);
});

test('a running recording is listed, told of and stopped from another terminal', async () => {
  const desk = await Desk.open();
  expect(await desk.shell.said('record', 'list')).toBe('no recording is running');
  const { done } = desk.start('run.h5');
  await desk.send(5, counts);
  const file = join(desk.folder, 'run.h5');
  expect(await desk.written('run.h5', 5)).toMatchObject({
    file,
    stream: desk.address,
    status: { state: 'writing' },
  });
  expect(await desk.shell.said('record', 'list')).toMatch(
    /^\d+ {2}\S+run\.h5 {2}writing, 5 messages written/,
  );
  expect(await desk.shell.said('record', 'status')).toMatch(/^state {7}writing$/m);
  expect(await desk.shell.refused(3, 'record', 'status', 'other.h5')).toContain("no recording of 'other.h5'");
  expect(await desk.shell.said('record', 'stop', 'run.h5')).toMatch(/: finished; 5 messages written/);
  expect((await done).status).toBe(0);
  expect(await desk.shell.said('record', 'list')).toBe('no recording is running');
  expect(readdirSync(join(desk.folder, 'run', 'alidade-recordings'))).toEqual([]);
});

test('a recording that cannot be announced records all the same, and says so', async () => {
  const desk = await Desk.open();
  writeFileSync(join(desk.folder, 'full'), '');
  const nowhere = new Shell(desk.folder, { XDG_RUNTIME_DIR: join(desk.folder, 'full') });
  const done = nowhere.alidade('record', 'start', desk.address, 'run.h5', '--to', '104');
  await desk.send(5, counts);
  const { status, stdout, stderr } = await done;
  expect(stderr).toContain('other terminals cannot find this recording');
  expect([status, stdout]).toEqual([0, expect.stringContaining('5 messages written')]);
  expect(await nowhere.refused(1, 'record', 'list')).toContain('cannot be made');
});

test('who does not know the secret of a recording can neither ask nor stop it', async () => {
  const desk = await Desk.open();
  const { done } = desk.start('run.h5');
  await desk.send(1, counts);
  const said = await desk.written('run.h5', 1);
  expect(said).not.toHaveProperty('secret');
  for (const [method, path] of [
    ['GET', 'status'],
    ['POST', 'stop'],
  ] as const) {
    expect((await fetch(`http://127.0.0.1:${said.port}/${path}`, { method })).status).toBe(404);
  }
  // As one leaves it that was killed, whose process number and port others have now.
  const announced = join(desk.folder, 'run', 'alidade-recordings');
  const [own = ''] = readdirSync(announced);
  const killed = {
    ...JSON.parse(readFileSync(join(announced, own), 'utf8')),
    secret: 'old',
    file: '/old.h5',
  };
  writeFileSync(join(announced, 'old.json'), JSON.stringify(killed));
  expect(await desk.shell.refused(3, 'record', 'stop', 'old.h5')).toContain('does not answer');
  expect(await desk.written('run.h5', 1)).toMatchObject({ status: { state: 'writing' } });
  expect(await desk.shell.said('record', 'stop', 'run.h5')).toMatch(/: finished; 1 messages written/);
  expect((await done).status).toBe(0);
});

test('--for counts from the time of --from', async () => {
  const desk = await Desk.open();
  const from = new Date(Number(startNs / 1_000_000n)).toISOString();
  const done = desk.shell.alidade('record', 'start', desk.address, 'run.h5', '--from', from, '--for', '45ms');
  await desk.send(6, counts);
  expect(await done).toMatchObject({ status: 0, stdout: expect.stringContaining(': 5 messages written') });
});

test('several recordings of one stream are told apart; one that was killed is not listed', async () => {
  const desk = await Desk.open();
  const [first, second] = [desk.start('one.h5'), desk.start('two.h5')];
  while (
    !(await desk.shell.alidade('record', 'list')).stdout.match(/one\.h5.*\n.*two\.h5|two\.h5.*\n.*one\.h5/)
  );
  expect(await desk.shell.refused(2, 'record', 'stop')).toMatch(/2 recordings are running: name one of/);
  first.child.kill('SIGKILL');
  await first.done;
  expect(await desk.shell.said('record', 'stop')).toMatch(/two\.h5: finished; 0 messages written/);
  expect((await second.done).status).toBe(0);
});

test('Ctrl-C ends a recording with its file closed well', async () => {
  const desk = await Desk.open();
  const { child, done } = desk.start('run.h5', '--json');
  await desk.send(3, counts);
  await desk.written('run.h5', 3);
  child.kill('SIGINT');
  const { status, stdout } = await done;
  expect(status).toBe(0);
  expect(JSON.parse(stdout.trim().split('\n').at(-1) as string)).toMatchObject({
    state: 'finished',
    written: 3,
  });
  expect(await desk.shell.said('record', 'export', 'run.h5', 'COUNT')).toMatch(/\n102,\d+,2$/);
});

test('a file that is there is not replaced, but with --force', async () => {
  const desk = await Desk.open();
  writeFileSync(join(desk.folder, 'run.h5'), 'precious');
  const said = await desk.shell.refused(5, 'record', 'start', desk.address, 'run.h5');
  expect(said).toContain('run.h5 is there already; choose another name, or replace it with --force');
  expect(readFileSync(join(desk.folder, 'run.h5'), 'utf8')).toBe('precious');
  const done = desk.shell.alidade('record', 'start', desk.address, 'run.h5', '--force', '--to', '100');
  await desk.send(1, counts);
  expect((await done).status).toBe(0);
});

test('numbers are drawn over time, text as states, arrays as they are', async () => {
  const desk = await Desk.open();
  await desk.record('run.h5', 30, (at) => ({
    RAMP: at,
    STATE: at < 15 ? 'slow' : 'fast',
    WAVE: Float64Array.from({ length: 64 }, (_, place) => Math.sin(place / 5)),
  }));
  const ramp = await desk.shell.said('record', 'show', 'run.h5', 'RAMP');
  expect(ramp).toMatch(/^ +RAMP$/m);
  expect(ramp).toMatch(/^20 ┤/m);
  const states = await desk.shell.said('record', 'show', 'run.h5', 'STATE');
  expect(states).toMatch(/^ *slow ┤█+ *$/m);
  expect(states).toMatch(/^ *fast ┤ +█+$/m);
  const wave = await desk.shell.said('record', 'show', 'run.h5', 'WAVE', '--row', '3');
  expect(wave).toMatch(/^ 0 ┤⡜ +⢣ +⡇/m);
  expect(wave).toContain('WAVE, row 3, pulse 103: 64 float64, -0.99');
  expect(await desk.shell.refused(3, 'record', 'show', 'run.h5', 'RAM')).toContain("is 'RAMP' meant?");
  expect(await desk.shell.said('record', 'show', 'run.h5', 'RAMP', '--png', 'ramp.png')).toContain(
    'ramp.png',
  );
  expect(readFileSync(join(desk.folder, 'ramp.png')).subarray(1, 4).toString()).toBe('PNG');
});

test('an image is drawn in shades, and in colours into a picture', async () => {
  const desk = await Desk.open([
    { name: 'CAM', type: 'uint16', shape: [4, 2], compression: 'bitshuffle_lz4' },
    { name: 'BIG', type: 'uint16', shape: [4, 2], encoding: 'big' },
  ]);
  const image = Uint16Array.of(0, 0, 255, 0, 0, 128, 0, 0);
  await desk.record('run.h5', 2, () => ({ CAM: image, BIG: image }));
  for (const [channel, type] of [
    ['CAM', 'uint16'],
    ['BIG', 'big-endian uint16'],
  ] as const) {
    const lines = (await desk.shell.said('record', 'show', 'run.h5', channel)).split('\n');
    expect(lines).toEqual(['  █ ', ' ▒  ', `${channel}, row 1, pulse 101: 2 × 4 ${type}, 0 to 255`]);
  }
  await desk.shell.said('record', 'show', 'run.h5', 'CAM', '--png', 'cam.png');
  const png = readFileSync(join(desk.folder, 'cam.png'));
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([4, 2]);
  const colours = png.indexOf('PLTE') + 4;
  expect(Buffer.compare(png.subarray(colours, colours + 768), palette('viridis'))).toBe(0);
  const data = png.indexOf('IDAT');
  const pixels = inflateSync(png.subarray(data + 4, data + 4 + png.readUInt32BE(data - 4)));
  expect([...pixels]).toEqual([0, 0, 0, 255, 0, 0, 0, 128, 0, 0]);
});

test('a table has each value in the type of its time, missing ones empty, text in quotation marks', async () => {
  const desk = await Desk.open();
  await desk.record(
    'run.h5',
    3,
    (at) =>
      [
        { TEXT: 'a "b", c', BIG: 2n ** 60n, WAVE: Int32Array.of(1, -2), YES: true },
        { TEXT: 'd', BIG: 5n, WAVE: Int32Array.of(3, 4) },
        { TEXT: 'e', BIG: 6n, WAVE: Int32Array.of(5, 6), YES: false },
      ][at] as SentValues,
  );
  await desk.shell.said('record', 'export', 'run.h5', 'TEXT', 'BIG', 'WAVE', 'YES', '-o', 'run.csv');
  const rows = readFileSync(join(desk.folder, 'run.csv'), 'utf8').trimEnd().split('\n');
  expect(rows.map((row) => row.replace(/^(\d+),\d+,/, '$1,'))).toEqual([
    'pulse_id,timestamp_ns,"TEXT","BIG","WAVE","YES"',
    '100,"a ""b"", c",1152921504606846976,1 -2,true',
    '101,"d",5,3 4,',
    '102,"e",6,5 6,false',
  ]);
  expect(existsSync(join(desk.folder, 'run.csv.partial'))).toBe(false);
});

test("files of the reference's writer are read, with what a channel was before it changed", async () => {
  const desk = await Desk.open();
  const tree = await desk.shell.said('record', 'show', reference);
  expect(tree).toMatch(/^ {2}C:TYPE\/$/m);
  expect(tree).toMatch(/^ {4}data\(1\) {2}int32 \[\d+ × 1\]$/m);
  const table = await desk.shell.said('record', 'export', reference, 'STEADY', 'C:SHAPE');
  const rows = table.split('\n').slice(1);
  expect(rows).toHaveLength(159);
  // Scalars, then three items, then five, then scalars again.
  const widths = rows.map((row) => row.split(',').at(-1)?.split(' ').length);
  expect([...new Set(widths)]).toEqual([1, 3, 5]);
  expect(widths.at(-1)).toBe(1);
});

test('a file is checked against its own ledger, and one wrong byte is found', async () => {
  const desk = await Desk.open([{ name: 'CAM', type: 'uint16', shape: [64, 64] }]);
  await desk.record('run.h5', 3, (at) => ({ CAM: new Uint16Array(4096).fill(0x1234 + at) }));
  expect(await desk.shell.said('record', 'verify', 'run.h5')).toBe(
    'run.h5: whole; 3 of 3 messages, 1 channels; stop reached',
  );
  const bytes = readFileSync(join(desk.folder, 'run.h5'));
  const place = bytes.indexOf(Buffer.from(new Uint16Array(100).fill(0x1235).buffer));
  bytes[place + 50] = 0;
  writeFileSync(join(desk.folder, 'spoilt.h5'), bytes);
  const { status, stdout, stderr } = await desk.shell.alidade('record', 'verify', 'run.h5', 'spoilt.h5');
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: 'alidade: not whole: spoilt.h5 (ALI_HDF5_DAMAGED)\n',
  });
  expect(stdout).toMatch(/^spoilt\.h5: 3 of 3 messages, 1 channels\n {2}.*CAM.*\n$/m);
});

test('the state of the instrument is kept beside what was measured', async () => {
  const desk = await Desk.open();
  await desk.shell.said('state', 'set', 'observer', 'ada', '--store', 'sqlite:store');
  await desk.shell.said('state', 'add', 'wind', '3.5', '--store', 'sqlite:store');
  const done = desk.shell.alidade(
    ...['record', 'start', desk.address, 'run.h5', '--to', '101', '--store', 'sqlite:store'],
    ...['--attributes', 'obs*', '--sensors', 'wind'],
  );
  await desk.send(2, counts);
  expect(await done).toMatchObject({ status: 0, stderr: '' });
  const tree = await desk.shell.said('record', 'show', 'run.h5');
  expect(tree).toMatch(/^ {2}attributes\/\n {4}key {2}string \[1\]\n {4}value {2}string \[1\]$/m);
  expect(tree).toMatch(/^ {2}sensors\/\n {4}wind\/$/m);
  const absent = ['record', 'start', desk.address, 'b.h5', '--store', 'sqlite:none', '--sensors', '*'];
  expect(await desk.shell.refused(3, ...absent)).toContain('ALI_STORE_NOT_FOUND');
});

test('a copy for old readers is made as the guide says', async () => {
  const desk = await Desk.open([
    { name: 'CAM', type: 'uint16', shape: [64, 64], compression: 'bitshuffle_lz4' },
  ]);
  await desk.record('run.h5', 3, () => ({ CAM: new Uint16Array(4096).fill(7) }));
  const guide = readFileSync(new URL('../../docs/recordings.md', import.meta.url), 'utf8');
  const [, command = ''] = /^npx (alidade record export .* --hdf5 .*)$/m.exec(guide) ?? [];
  expect(await desk.shell.sh(command)).toEqual({
    status: 0,
    stdout: 'exported 1 channel with 3 rows to old.h5\n',
    stderr: '',
  });
  const bytes = readFileSync(join(desk.folder, 'old.h5'));
  expect([bytes[8], bytes.includes('OHDR')]).toEqual([0, false]);
  expect(await desk.shell.said('record', 'show', 'old.h5')).toMatch(
    /^ {4}data {2}uint16 \[3 × 64 × 64\] {2}\{/m,
  );
  const earliest = ['record', 'export', 'run.h5', '--hdf5', 'earliest'];
  expect(await desk.shell.refused(5, ...earliest, '-o', 'old.h5')).toContain('old.h5 is there already');
  expect(JSON.parse(await desk.shell.said(...earliest, '-o', 'old.h5', '--force', '--json'))).toEqual({
    file: 'old.h5',
    channels: 1,
    rows: 3,
    sizeBytes: bytes.length,
  });
  expect(await desk.shell.refused(2, ...earliest)).toContain('--hdf5 needs -o FILE');
  expect(await desk.shell.refused(2, 'record', 'export', 'run.h5', '--uncompressed')).toContain(
    '--uncompressed is for HDF5 files',
  );
  expect(await desk.shell.refused(3, ...earliest, 'CAN', '-o', 'b.h5')).toContain("is 'CAM' meant?");
  const full = await desk.shell.sh(`trap "" XFSZ; ulimit -f 30; exec alidade ${earliest.join(' ')} -o b.h5`);
  expect(full).toMatchObject({ status: 1, stdout: '' });
  expect(full.stderr).toMatch(/^alidade: b\.h5: the disk is full; .* \(ALI_DISK_FULL\)\n$/);
  expect(readdirSync(desk.folder).filter((name) => name.startsWith('b.h5'))).toEqual([]);
});

test('of foreign files groups in a ring have an end, and texts in arrays are a cell', async () => {
  const desk = await Desk.open();
  await h5wasm.ready;
  const ring = new h5wasm.File(join(desk.folder, 'ring.h5'), 'w');
  ring.create_group('data').create_hard_link('/', 'again');
  ring.close();
  expect(await desk.shell.refused(1, 'record', 'show', 'ring.h5')).toContain('in a ring');
  expect(await desk.shell.refused(1, 'record', 'export', 'ring.h5')).toContain('in a ring');
  const texts = new h5wasm.File(join(desk.folder, 'texts.h5'), 'w');
  const group = texts.create_group('data').create_group('NAMES');
  group.create_dataset({ name: 'data', data: ['a', 'b', 'c', 'd'], shape: [2, 2] });
  group.create_dataset({ name: 'pulse_id', data: [5, 6] });
  texts.close();
  expect(await desk.shell.said('record', 'export', 'texts.h5')).toBe(
    'pulse_id,timestamp_ns,"NAMES"\n5,,a b\n6,,c d',
  );
});

test('what is no HDF5 file, or not there, is said', async () => {
  const desk = await Desk.open();
  writeFileSync(join(desk.folder, 'text.h5'), 'text, and more of it');
  expect(await desk.shell.refused(1, 'record', 'show', 'text.h5')).toContain('text.h5 is not an HDF5 file');
  expect(await desk.shell.refused(3, 'record', 'show', 'none.h5')).toContain('there is no file none.h5');
  expect(await desk.shell.refused(3, 'record', 'export', 'none.h5')).toContain('there is no file none.h5');
});
