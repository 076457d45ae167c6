/** `alidade state export`, `import` and `stat` as a user has them. */
import { once } from 'node:events';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openInstrument } from '../../src/instrument/index.ts';
import { buildCommand, finished, type Result, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';

beforeAll(buildCommand, 120_000);

let folder: ReturnType<typeof temporaryFolder>;
let shell: Shell;
beforeEach(async () => {
  folder = temporaryFolder();
  shell = new Shell(folder.path);
  await shell.feed(Buffer.from(content), 'state', 'import', '-');
});
afterEach(() => folder[Symbol.dispose]());

const sensorLines = Array.from(
  { length: 5000 },
  (_, i) => `{"key":"wind","type":"sensor","time":${i},"value":${i % 7}.5}`,
);
const content = `${[
  '{"key":"gains","type":"indexed","subkey":"a","value":1}',
  '{"key":"gains","type":"indexed","subkey":"b","value":{"$tuple":[1,2]}}',
  '{"key":"observer","type":"attribute","value":"Ada"}',
  ...sensorLines,
  '{"key":"wind_units","type":"attribute","value":"m/s"}',
].join('\n')}\n`;

const state = (...args: readonly string[]): Promise<Result> => shell.alidade('state', ...args);
const path = (name: string) => join(folder.path, name);
const read = (name: string) => readFileSync(path(name), 'utf8');

async function said(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await state(...args);
  expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' });
  return stdout.trimEnd();
}

test('an export is what was imported, between a first and a last line', async () => {
  expect(await said('export', 'all.jsonl')).toBe(
    `exported 5 004 lines of 4 keys from sqlite:${path('.alidade')} to all.jsonl`,
  );
  const head = '{"export":"telescope state","version":1,"keys":["*"]}\n';
  expect(read('all.jsonl')).toBe(`${head}${content}{"exportEnd":"telescope state","lines":5004}\n`);
  expect(await said('export')).toBe(read('all.jsonl').trimEnd());
  expect(
    await said('export', 'some.jsonl', '--keys', 'wind*', 'obs*', '--from', '10', '--to', '12', '--json'),
  ).toBe('{"keys":3,"lines":4,"leftOut":0}');
  expect(readdirSync(folder.path).filter((name) => name.includes('partial'))).toEqual([]);
});

test('an interrupted export goes on where it ended, wherever that is', async () => {
  await said('export', 'all.jsonl');
  const whole = read('all.jsonl');
  const partial = path('part.jsonl.partial');
  const atLine = (count: number) => whole.split('\n').slice(0, count).join('\n').length + 1;
  for (const length of [
    0,
    20,
    atLine(1),
    atLine(2),
    atLine(3) + 5,
    atLine(2000) - 1,
    atLine(5006) - 1,
    whole.length,
  ]) {
    writeFileSync(partial, whole);
    truncateSync(partial, length);
    await said('export', 'part.jsonl', '--resume');
    expect({ length, same: read('part.jsonl') === whole }).toEqual({ length, same: true });
  }
  // What a power cut may leave behind the last bytes that reached the disk.
  writeFileSync(partial, `${whole.slice(0, 3000)}${'\0'.repeat(4096)}`);
  await said('export', 'part.jsonl', '--resume');
  expect(read('part.jsonl') === whole).toBe(true);
});

test('a partial file is neither overwritten nor mixed with another export', async () => {
  writeFileSync(path('a.partial'), '{"export":"telescope state","version":1,"keys":["x"]}\n');
  const before = read('a.partial');
  expect(await state('export', 'a')).toMatchObject({
    status: 5,
    stderr: expect.stringContaining('--resume'),
  });
  expect(await state('export', 'a', '--resume')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('--keys'),
  });
  expect(read('a.partial')).toBe(before);
  writeFileSync(path('a.partial'), 'dear diary\n');
  expect(await state('export', 'a', '--resume')).toMatchObject({ status: 2 });
  expect(read('a.partial')).toBe('dear diary\n');
  expect(await state('export', '-', '--resume')).toMatchObject({ status: 2 });
  expect(await state('export', 'no/such/folder/a')).toMatchObject({ status: 1, stdout: '' });
});

test('Ctrl-C ends an export after whole lines and says how to go on', async () => {
  const exporting = shell.start('state', 'export', '-');
  // Nobody reads its output yet, so that it stands still.
  await new Promise((resolve) => exporting.stdout.once('readable', resolve));
  exporting.kill('SIGINT');
  const { status, stdout, stderr } = await finished(exporting);
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('(ALI_ABORTED)') });
  expect(stdout.endsWith('}\n')).toBe(true);
  expect(stdout).not.toContain('exportEnd');
});

test('an import can be done again, and tells what it did', async () => {
  writeFileSync(path('all.jsonl'), content);
  expect(await said('import', 'all.jsonl')).toBe(
    `imported all.jsonl into sqlite:${path('.alidade')}: 0 new, 5 004 there already, 0 refused`,
  );
  const store = ['--store', 'sqlite:copy'];
  expect(
    JSON.parse(await said('import', 'all.jsonl', '--from-line', '5003', '--json', ...store)),
  ).toMatchObject({
    added: 2,
    same: 0,
  });
  expect(JSON.parse(await said('import', 'all.jsonl', '--json', ...store))).toMatchObject({
    added: 5002,
    same: 2,
  });
  expect(await said('export', '-', ...store)).toBe(await said('export', '-'));
});

test('conflicts are listed and end with 5, unless they are accepted; the rest is imported', async () => {
  const lines =
    '{"key":"observer","type":"attribute","value":"Eve"}\n{"key":"new","type":"attribute","value":1}\n';
  const refused = await shell.feed(Buffer.from(lines), 'state', 'import', '-');
  expect(refused.status).toBe(5);
  expect(refused.stdout).toContain(
    "1 new, 0 there already, 1 refused\n  line 1: 'observer' is 'Ada' in the store, not 'Eve'",
  );
  expect(refused.stderr).toMatch(/^alidade: .*--skip-conflicts.*\(ALI_IMMUTABLE\)\n$/);
  const accepted = await shell.feed(Buffer.from(lines), 'state', 'import', '-', '--skip-conflicts');
  expect(accepted).toMatchObject({ status: 0, stderr: '' });
  expect(await said('get', 'observer')).toBe('Ada');
  expect(await said('get', 'new')).toBe('1');
});

test('what cannot be read, what is cut off and what is no export end with 2', async () => {
  const feed = (text: string) => shell.feed(Buffer.from(text, 'latin1'), 'state', 'import', '-');
  const malformed = await feed('{"key":"a","type":"attribute","value":1}\noops\n');
  expect(malformed).toMatchObject({ status: 2, stderr: expect.stringContaining('(ALI_IMPORT)') });
  expect(malformed.stdout).toContain('\n  line 2: ');
  expect(await said('get', 'a')).toBe('1');
  const cut = await feed('{"export":"telescope state","version":1,"keys":["*"]}\n');
  expect(cut).toMatchObject({ status: 2, stderr: expect.stringContaining('cut off') });
  expect(await feed('\x00\xff\n'.repeat(1000))).toMatchObject({ status: 2, stdout: '' });
  expect(await state('import', 'nowhere')).toMatchObject({ status: 2, stdout: '' });
  await using server = createServer().listen(path('socket'));
  await once(server, 'listening');
  expect(await shell.refused(2, 'state', 'import', 'socket')).toContain('cannot read socket: ');
  expect(await state('import', 'nowhere', '--from-line', 'x')).toMatchObject({ status: 2, stdout: '' });
});

test('stat counts keys by type, and tells samples, times, rate, size and units of each', async () => {
  expect((await said('stat')).split('\n').map((line) => line.trimEnd().replace(/ {2,}/g, '|'))).toEqual([
    `sqlite:${path('.alidade')}: 4 keys (2 attributes, 1 sensor, 1 indexed key), 5 000 samples, ~90.0 kB`,
    'key|type|count|first|last|rate|size|units|kept',
    'gains|indexed|2|15 B',
    'observer|attribute|1|5 B',
    'wind|sensor|5 000|1970-01-01T00:00:00Z|1970-01-01T01:23:19Z|1 Hz|~90.0 kB|m/s',
    'wind_units|attribute|1|5 B',
  ]);
  expect(JSON.parse(await said('stat', 'wind', '--exact', '--json'))).toEqual({
    ...{ keys: 1, attributes: 0, sensors: 1, indexed: 0, foreign: 0 },
    ...{ samples: 5000, sizeBytes: 90_000, isEstimate: false },
    perKey: [
      {
        ...{ key: 'wind', type: 'sensor', count: 5000, first: 0, last: 4999, rateHz: 1 },
        ...{ sizeBytes: 90_000, isEstimate: false, units: 'm/s' },
      },
    ],
  });
  expect(await state('stat', 'wind', 'nothing')).toMatchObject({ status: 3, stdout: '' });
  expect(await state('stat', '--store', 'sqlite:nowhere')).toMatchObject({ status: 3, stdout: '' });
});

test('stat tells what a running instrument keeps of each sensor', async () => {
  writeFileSync(
    path('instrument.yaml'),
    "name: tower\nstate:\n  retention:\n    - { keys: 'wind*', keep: 7d, keepLast: 10000 }\n",
  );
  await using instrument = await openInstrument(folder.path, { storeUrl: `sqlite:${path('.alidade')}` });
  expect(await said('stat', 'wind')).toMatch(/ m\/s +7d, last 10 000$/);
  expect(JSON.parse(await said('stat', 'wind*', '--json')).perKey).toMatchObject([
    { key: 'wind', kept: '7d, last 10 000' },
    { key: 'wind_units', type: 'attribute' },
  ]);
  await instrument.close();
  expect(await said('stat', 'wind')).toMatch(/ m\/s$/);
});
