/** `alidade shm` as a user has it: the built command, run as processes of their own on a store in a folder. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, watch, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openSharedMemory } from '../../src/shm/index.ts';
import { buildCommand, finished, linesOf, type Result, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';

const root = resolve(import.meta.dirname, '../..');
const description = {
  BATTERY__measures: [
    ['ts', 0],
    ['sender', ''],
    ['uBat', 0],
    ['tempMax', null],
    ['label', 'é'],
    ['cells', [0, 0]],
  ],
  BATTERY__command: [
    ['ts', 0],
    ['sender', ''],
    ['command', ''],
  ],
};

beforeAll(buildCommand, 120_000);

let folder: ReturnType<typeof temporaryFolder>;
let shell: Shell;
beforeEach(async () => {
  folder = temporaryFolder();
  shell = new Shell(folder.path, { ROBOT: 'ROBOT_INIT', LOGDIR: '', LOGFILE: '' });
  // uBat is a float: 0.0.
  const text = JSON.stringify(description).replace('["uBat",0]', '["uBat",0.0]');
  writeFileSync(join(folder.path, 'frames.json'), text);
});
afterEach(() => folder[Symbol.dispose]());

const shm = (...args: readonly string[]): Promise<Result> => shell.alidade('shm', ...args);

/** Runs a verb that must succeed; what it printed, without the last line feed. */
async function said(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await shm(...args);
  expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' });
  return stdout.replace(/\n$/, '');
}

/** Runs a verb that must fail; its one line on stderr. */
async function refused(status: number, ...args: readonly string[]): Promise<string> {
  const result = await shm(...args);
  expect({ args, ...result, stderr: '' }).toEqual({ args, status, stdout: '', stderr: '' });
  expect(result.stderr).toMatch(/^alidade: .* \(ALI_[A-Z_]+\)\n$/);
  return result.stderr.trimEnd();
}

const init = () => said('init', 'frames.json', '-i', 'ROBOT');

describe('read and write', () => {
  beforeEach(init);

  test('fields are typed by what the frame has', async () => {
    await said(
      'write',
      'BATTERY__measures',
      'uBat=12',
      'label=007',
      'cells=[1, 2.5]',
      'tempMax=20',
      '--app-name',
      'ME',
    );
    const [frame] = JSON.parse(await said('read', 'BATTERY__measures', '--json'));
    expect(frame).toMatchObject({
      name: 'BATTERY__measures',
      sender: 'ME',
      fields: { uBat: 12, tempMax: 20, label: '007', cells: [1, 2.5] },
    });
    expect(Math.abs(frame.ts - Date.now() / 1000)).toBeLessThan(60);
    const lines = (await said('read', 'BATTERY__measures', 'BATTERY__command')).split('\n');
    expect(lines[0]).toMatch(/^BATTERY__measures {2}\d+\.\d s old, from ME, 20/);
    expect(lines.slice(1)).toEqual([
      '  uBat     12.0',
      '  tempMax  20',
      '  label    "007"',
      '  cells    [1, 2.5]',
      'BATTERY__command  not set yet',
      '  command  ""',
    ]);
  });

  test('other fields stay, and ts can be given', async () => {
    await said('write', 'BATTERY__measures', 'uBat=1.5', 'ts=100.5');
    await said('write', 'BATTERY__measures', 'tempMax=warm', 'ts=200');
    expect(JSON.parse(await said('read', 'BATTERY__measures', '--json'))[0]).toMatchObject({
      ts: 200,
      sender: 'alidade',
      fields: { uBat: 1.5, tempMax: 'warm', label: 'é' },
    });
  });

  test('objects are set as a whole, and are still objects', async () => {
    writeFileSync(join(folder.path, 'o.json'), '{"O__o": [["ts", 0.0], ["sender", ""], ["at", {"x": 1.0}]]}');
    await said('init', 'o.json');
    await said('write', 'O__o', 'at={"x": 2.5}');
    expect(await said('read', 'O__o')).toContain('at  {"x": 2.5}');
    expect(await refused(2, 'write', 'O__o', 'at=2')).toContain('at holds an object');
    expect(await refused(2, 'write', 'O__o', 'at={}', '--app-name', '')).toContain('application is empty');
  });

  test('what is wrong is told, and nothing written', async () => {
    const write = (...fields: readonly string[]) => refused(2, 'write', 'BATTERY__measures', ...fields);
    expect(await write('uBat=warm')).toContain('uBat holds a number (12.5), which "warm" is not');
    expect(await write('uBat=[1]')).toContain('uBat holds a number');
    expect(await write('cells=1')).toContain('cells holds a list');
    expect(await write('ubat=1')).toContain("did you mean 'uBat'?");
    expect(await write('uBat')).toContain("'uBat' is not field=value");
    expect(await write('sender=x')).toContain('sender');
    expect(await write('uBat=NaN', '--strict')).toContain('NaN');
    expect(await write('uBat=1', '--expire', 'soon')).toContain('--expire');
    expect(await refused(3, 'write', 'BATTERY__measure', 'uBat=1')).toContain(
      "did you mean 'BATTERY__measures'?",
    );
    expect(await said('read', 'BATTERY__measures')).toContain('not set yet');
  });

  test('a number that JSON has not is written as Python does, and read as such', async () => {
    await said('write', 'BATTERY__measures', 'uBat=NaN');
    expect(await said('read', 'BATTERY__measures')).toContain('uBat     NaN');
    expect(JSON.parse(await said('read', 'BATTERY__measures', '--json'))[0].fields.uBat).toEqual({
      $float: 'nan',
    });
  });

  test('a frame that expires is there no more', async () => {
    await said('write', 'BATTERY__command', 'command=go', '--expire', '1ms');
    expect(await refused(3, 'read', 'BATTERY__command')).toContain('there is no frame BATTERY__command');
  });

  test('a command that only reads leaves no store behind', async () => {
    using other = temporaryFolder();
    const { status, stderr } = await new Shell(other.path).alidade('shm', 'names', '--store', 'sqlite:none');
    expect({ status, code: /ALI_\w+/.exec(stderr)?.[0] }).toEqual({ status: 3, code: 'ALI_STORE_NOT_FOUND' });
    expect(readdirSync(other.path)).toEqual(['bin']);
  });
});

describe('listen', () => {
  beforeEach(init);

  /** A listener, when it hears; it is ended with Ctrl-C. */
  function listening(...args: readonly string[]) {
    const child = shell.start('shm', 'listen', ...args);
    return { child, lines: linesOf(child) };
  }

  async function end(child: ReturnType<Shell['start']>): Promise<void> {
    const ended = finished(child);
    child.kill('SIGINT');
    expect((await ended).status).toBe(0);
  }

  test('prints the frame as it is, then each that is written, and ends with 0 at Ctrl-C', async () => {
    await said('write', 'BATTERY__command', 'command=one', 'ts=100');
    const { child, lines } = listening('BATTERY__command');
    expect((await lines.next()).value).toBe(
      '1970-01-01T00:01:40.000000Z  BATTERY__command  alidade  command="one"',
    );
    await said('write', 'BATTERY__command', 'command=two', 'ts=200.5');
    expect((await lines.next()).value).toContain(
      '1970-01-01T00:03:20.500000Z  BATTERY__command  alidade  command="two"',
    );
    await end(child);
  });

  test('to any of several, as JSON: the whole group at one moment', async () => {
    await said('write', 'BATTERY__command', 'command=one', 'ts=1');
    const { child, lines } = listening('BATTERY__measures', 'BATTERY__command', '--any', '--json');
    expect(JSON.parse((await lines.next()).value)).toEqual([
      null,
      { name: 'BATTERY__command', ts: 1, sender: 'alidade', fields: { command: 'one' } },
    ]);
    await said('write', 'BATTERY__measures', 'uBat=3', 'ts=2');
    expect(JSON.parse((await lines.next()).value)).toMatchObject([{ ts: 2 }, { ts: 1 }]);
    await end(child);
  });

  test('to all frames that match', async () => {
    await said('write', 'BATTERY__command', 'command=one', 'ts=1');
    const { child, lines } = listening('BATTERY__*');
    expect((await lines.next()).value).toContain('command="one"');
    await said('write', 'BATTERY__measures', 'uBat=3', 'ts=2');
    expect((await lines.next()).value).toContain('uBat=3.0');
    await end(child);
  });

  test('--any and --all do not go together, and names are checked', async () => {
    expect(await refused(2, 'listen', 'BATTERY__command', '--any', '--all')).toContain('say one of them');
    expect(await refused(3, 'listen', 'BATTERY__comand')).toContain("did you mean 'BATTERY__command'?");
  });
});

test('a FIFO gives each frame once, in order', async () => {
  await init();
  for (const command of ['a', 'b', 'c'])
    await said('fifo', 'push', 'BATTERY__command', `command=${command}`, 'ts=1');
  expect(await said('fifo', 'pop', 'BATTERY__command')).toContain('command="a"');
  const rest = JSON.parse(await said('fifo', 'drain', 'BATTERY__command', '--json'));
  expect(rest.map(({ fields }: { fields: object }) => fields)).toEqual([{ command: 'b' }, { command: 'c' }]);
  expect(await said('fifo', 'drain', 'BATTERY__command', '--json')).toBe('[]');
  expect(await refused(3, 'fifo', 'pop', 'BATTERY__command')).toContain(
    'the FIFO of BATTERY__command is empty',
  );
  expect(await said('read', 'BATTERY__command')).toContain('not set yet');
});

test('log writes what others write, and replay puts it back', async () => {
  await init();
  const logging = shell.start('shm', 'log', 'BATTERY__command', 'BATTERY__measures', '--dir', 'logs');
  await new Promise((resolve) => logging.stderr.once('data', resolve));
  const logs = join(folder.path, 'logs');
  mkdirSync(logs);
  const logged = () => readdirSync(logs).map((file) => readFileSync(join(logs, file), 'utf8'));
  const { promise: bothLogged, resolve: done } = Promise.withResolvers<void>();
  const watcher = watch(logs, () => {
    if (logged().join('').split('\r\n').length > 4) done();
  });
  await said('write', 'BATTERY__command', 'command=one', 'ts=100', '--app-name', 'ME');
  await said('write', 'BATTERY__measures', 'uBat=3', 'ts=100.5', '--app-name', 'ME');
  await bothLogged;
  watcher.close();
  const ended = finished(logging);
  logging.kill('SIGINT');
  expect(await ended).toMatchObject({ status: 0, stdout: '2 rows logged, 0 rows lost\n' });
  expect(logged().sort()).toEqual([
    'ts,sender,command\r\n100.0,ME,one\r\n',
    'ts,sender,uBat,tempMax,label,cells\r\n100.5,ME,3.0,,é,"[0, 0]"\r\n',
  ]);
  await said('write', 'BATTERY__command', 'command=old', 'ts=1');
  const { status, stdout, stderr } = await shell.sh('alidade shm replay logs/*.csv --speed 10 --json');
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: 'alidade: replaying BATTERY__command, BATTERY__measures\n',
  });
  expect(JSON.parse(stdout)).toMatchObject({ rows: 2, cutRows: 0 });
  expect(JSON.parse(await said('read', 'BATTERY__command', '--json'))[0]).toMatchObject({
    ts: 100,
    sender: 'ME',
  });
});

test('replay is refused beside a live sender, and its options are checked', async () => {
  await init();
  writeFileSync(join(folder.path, 'x_ME_BATTERY__command.csv'), 'ts,sender,command\r\n1.0,ME,go\r\n');
  // Sent again and again, it is fresh whenever the command looks.
  await using memory = await openSharedMemory(`sqlite:${join(folder.path, '.alidade')}`, {
    appName: 'CONSOLE',
  });
  const dict = memory.dict();
  const command = await dict.declareToWrite('BATTERY__command');
  const send = async () => {
    command.set({ command: 'stop' });
    await dict.flush();
  };
  await send();
  const sending = setInterval(() => void send(), 500);
  onTestFinished(() => clearInterval(sending));
  const replay = (...args: readonly string[]) => ['replay', 'x_ME_BATTERY__command.csv', ...args] as const;
  expect(await refused(5, ...replay())).toMatch(
    /BATTERY__command was sent by CONSOLE .*\(ALI_SHM_SENDER_ALIVE\)/,
  );
  clearInterval(sending);
  expect(await said('read', 'BATTERY__command')).toContain('command  "stop"');
  expect(await refused(2, ...replay('--speed', '0'))).toContain("--speed: '0' is not a number above 0");
  expect(await refused(2, ...replay('--from', '5', '--to', '4'))).toContain('--from is after --to');
  expect(await refused(3, ...replay('--only', 'BATERY__command'))).toContain(
    "did you mean 'BATTERY__command'?",
  );
  expect(await refused(3, 'replay', 'none.csv')).toContain('none.csv');
  expect((await shm(...replay('--live'))).stdout).toMatch(/^1 row replayed, /);
  expect(await said('read', 'BATTERY__command')).toContain('command  "go"');
});

test('types writes a declaration that compiles and types the fields', { timeout: 120_000 }, async () => {
  writeFileSync(
    join(folder.path, 'more.json'),
    '{"A__a": [["ts", 0.0], ["sender", ""], ["x", [[1]]], ["y", {"k": [""]}], ["z", [1, ""]]]}',
  );
  const declaration = await said('types', 'frames.json', 'more.json');
  writeFileSync(join(folder.path, 'frames.ts'), `${declaration}\n`);
  const program = (value: string) => `import type { SharedMemory } from 'alidade/shm';
    import type { Frames } from './frames.ts';
    export async function use(shm: SharedMemory<Frames>): Promise<void> {
      const measures = await shm.dict().declareToWrite('BATTERY__measures');
      measures.set({ uBat: ${value}, cells: [1, 2], tempMax: null });
      const command = await shm.dict().read('BATTERY__command');
      const text: string | undefined = command?.values.command;
      const a = await shm.dict().read('A__a');
      const deep: number | undefined = a?.values.x[0]?.[0];
      const key: string | undefined = a?.values.y.k[0];
      console.log(text, deep, key);
    }\n`;
  writeFileSync(join(folder.path, 'right.ts'), program('12.5'));
  writeFileSync(join(folder.path, 'wrong.ts'), program("'full'"));
  mkdirSync(join(folder.path, 'node_modules'));
  symlinkSync(join(root, 'node_modules/@types'), join(folder.path, 'node_modules/@types'));
  writeFileSync(join(folder.path, 'package.json'), '{"type": "module"}');
  const compile = (file: string) => {
    const compilerOptions = {
      rootDir: '/',
      noEmit: true,
      declaration: false,
      rewriteRelativeImportExtensions: false,
      paths: { 'alidade/shm': [join(root, 'src/shm/index.ts')] },
    };
    writeFileSync(
      join(folder.path, 'tsconfig.json'),
      JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: [file], exclude: [] }),
    );
    try {
      execFileSync(
        process.execPath,
        [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder.path, '--pretty', 'false'],
        { encoding: 'utf8' },
      );
      return '';
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  };
  expect(compile('right.ts')).toBe('');
  expect(compile('wrong.ts')).toMatch(
    /^\S*wrong\.ts\(5,\d+\): error TS2322: Type 'string' is not assignable to type 'number/,
  );
});

test('slips of the hand are answered, and each verb shows an example', async () => {
  expect(await refused(2, 'wirte', 'x', 'y=1')).toContain('did you mean write?');
  expect(await refused(2, 'get', 'x')).toContain('did you mean read?');
  expect(await refused(2, 'names', '--redis-port', 'x')).toContain("--redis-port: 'x' is no port");
  expect(await refused(2, 'names', '--store', 'memory:')).toContain('cannot hold frames for a command');
  for (const verb of [
    'init',
    'names',
    'read',
    'write',
    'listen',
    'fifo push',
    'fifo pop',
    'fifo drain',
    'log',
    'replay',
    'types',
  ]) {
    const { status, stdout } = await shm(...verb.split(' '), '--help');
    expect({ verb, status }).toEqual({ verb, status: 0 });
    expect(stdout).toMatch(new RegExp(`\\$ (?:\\w+=\\w+ )?alidade shm ${verb} `.replace(/ $/, '')));
    for (const option of ['--store', '--redis-server', '--redis-port', '--app-name', '--json', '--strict']) {
      expect(stdout).toContain(option);
    }
  }
});

test('names of frames are completed', async () => {
  await init();
  // A store that is slow for once gives none.
  const completed = (...words: readonly string[]) =>
    expect.poll(async () => (await shell.alidade('__complete', 'words', ...words)).stdout, {
      timeout: 50_000,
    });
  await completed('shm', 'read', 'BATTERY__m').toBe('words\nBATTERY__measures\n');
  await completed('shm', 'fifo', 'pop', 'BATTERY__c').toBe('words\nBATTERY__command\n');
  await completed('shm', 'replay', 'x.csv', '--only', 'BATTERY__c').toBe('words\nBATTERY__command\n');
  await completed('shm', 'init', '').toBe('files\n');
});
