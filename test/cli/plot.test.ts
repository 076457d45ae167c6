/** `alidade state plot` as a user has it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildCommand, type Result, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';

beforeAll(buildCommand, 120_000);

let folder: ReturnType<typeof temporaryFolder>;
let shell: Shell;
beforeEach(async () => {
  folder = temporaryFolder();
  shell = new Shell(folder.path);
  const sample = (key: string, time: number, value: unknown) =>
    JSON.stringify({ key, type: 'sensor', time, value });
  const times = Array.from({ length: 300 }, (_, i) => (i < 200 ? i : i + 100));
  const lines = [
    '{"key":"wind_units","type":"attribute","value":"m/s"}',
    '{"key":"observer","type":"attribute","value":"Ada"}',
    ...times.map((time) => sample('wind', time, time === 150 ? 50 : time % 5)),
    ...times.map((time) => sample('beam_wind', time, -1)),
    ...times.map((time) => sample('state', time, time < 100 ? 'slewing' : 'tracking')),
    sample('mixed', 1, 1),
    sample('mixed', 2, 'text'),
    sample('mixed', 3, [1]),
    sample('mixed', 4, 2),
    '{"key":"mixed","type":"sensor","time":5,"encoded":"/8E="}',
    sample('list', 1, [1]),
  ];
  await shell.feed(Buffer.from(lines.join('\n')), 'state', 'import', '-');
});
afterEach(() => folder[Symbol.dispose]());

const plot = (...args: readonly string[]): Promise<Result> => shell.alidade('state', 'plot', ...args);

async function said(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await plot(...args);
  expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' });
  return stdout.trimEnd();
}

interface Told {
  readonly from: number;
  readonly to: number;
  readonly sensors: readonly Record<string, unknown>[];
}
const told = async (...args: readonly string[]) => JSON.parse(await said(...args, '--json')) as Told;

test('fits the width that there is, with units, and says where the gap is', async () => {
  const { stdout } = await shell.sh('COLUMNS=70 alidade state plot wind state');
  const lines = stdout.trimEnd().split('\n');
  expect(Math.max(...lines.map((line) => [...line].length))).toBe(70);
  expect(lines[0]).toMatch(/^ *wind \[m\/s\]$/);
  expect(stdout).toMatch(/\n *slewing ┤█+\n *tracking ┤ +█+ +█+\n/);
  expect(stdout).toMatch(/1970-01-01 UTC\n/);
  expect(lines.at(-1)).toBe('wind, state: 1 gap of more than 5 s (5 times the median interval)');
});

test('tells with --json what it would draw: every spike, each gap', async () => {
  expect(await told('wind', 'state')).toEqual({
    from: 0,
    to: 399,
    sensors: [
      {
        ...{ key: 'wind', units: 'm/s', drawn: 'line', samples: 300, min: 0, max: 50, medianInterval: 1 },
        ...{ gaps: [{ from: 199, to: 300 }], notDrawn: 0 },
      },
      {
        ...{
          key: 'state',
          drawn: 'states',
          samples: 300,
          states: ['slewing', 'tracking'],
          medianInterval: 1,
        },
        ...{ gaps: [{ from: 199, to: 300 }], notDrawn: 0 },
      },
    ],
  });
  expect(await told('wind', '--gap', 'none')).toMatchObject({ sensors: [{ gaps: [] }] });
  expect(await told('wind', '--from', '10', '--to', '20')).toMatchObject({
    from: 10,
    to: 20,
    sensors: [{ samples: 10 }],
  });
  expect(await told('wind', '--view', 'beam')).toMatchObject({ sensors: [{ key: 'wind', min: -1 }] });
});

test('draws a picture, the same each time, and leaves nothing else behind', async () => {
  expect((await said('wind', 'state', '--png', 'wind.png')).split('\n')).toEqual([
    'drew 600 samples of 2 sensors into wind.png',
    'wind, state: 1 gap of more than 5 s (5 times the median interval)',
  ]);
  await said('wind', 'state', '--png', 'again.png', '--json');
  const [one, two] = ['wind.png', 'again.png'].map((name) => readFileSync(join(folder.path, name)));
  expect(one?.subarray(1, 4).toString()).toBe('PNG');
  expect(one?.equals(two as Buffer)).toBe(true);
  expect(readdirSync(folder.path).sort()).toEqual(['.alidade', 'again.png', 'bin', 'wind.png']);
});

test('samples that are no numbers are said so', async () => {
  const drawn = await said('mixed');
  expect(drawn).toContain('mixed: 1 sample not a number (text or boolean), not drawn');
  expect(drawn).toContain('mixed: 1 sample not a number (list), not drawn');
  expect(drawn).toContain('mixed: 1 sample not a number (cannot be decoded), not drawn');
  expect(await plot('list')).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining('(list)'),
  });
});

test.each([
  [3, ['nothing']],
  [5, ['observer']],
  [3, ['wind', '--from', '1000']],
  [3, ['wind', '--from', '210', '--to', '220']],
  [2, ['wind', '--from', '20', '--to', '10']],
  [2, ['wind', '--gap', 'soon']],
  [2, []],
  [1, ['wind', '--png', 'no/such/folder.png']],
])('ends with %d: plot %s', async (status, args) => {
  expect(await plot(...args)).toMatchObject({
    status,
    stdout: '',
    stderr: expect.stringMatching(/\(ALI_[A-Z_]+\)\n$/),
  });
  expect(existsSync(join(folder.path, 'no'))).toBe(false);
});

test('one sample is a plot too', async () => {
  expect(await told('list', 'wind', '--from', '1', '--to', '2')).toMatchObject({
    sensors: [{ drawn: 'nothing' }, { samples: 1 }],
  });
  expect(await told('mixed', '--to', '2')).toMatchObject({ from: 1, to: 2 });
});
