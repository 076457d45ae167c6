/** `alidade record`: what is in a file. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import h5wasm from 'h5wasm/node';
import { beforeAll, expect, test } from 'vitest';
import type { SentValues } from '../../src/bsread/index.ts';
import { palette } from '../../src/cli/stream/colour-map.ts';
import { buildCommand } from '../support/command.ts';
import { Desk } from './record-desk.ts';

beforeAll(buildCommand, 120_000);

const reference = new URL('../fixtures/recording/changing.h5', import.meta.url).pathname;

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
