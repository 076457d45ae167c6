/** `alidade config` as a user has it: the built command, run as processes of their own on a store in a folder. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildCommand, type Result, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';

const sample = resolve(import.meta.dirname, '../../examples/beamline/sample.json');
const motor2 = 'source:instrument1:motor2';

beforeAll(buildCommand, 120_000);

let folder: ReturnType<typeof temporaryFolder>;
let shell: Shell;
beforeEach(() => {
  folder = temporaryFolder();
  shell = new Shell(folder.path);
});
afterEach(() => folder[Symbol.dispose]());

const config = (...args: readonly string[]): Promise<Result> => shell.alidade('config', ...args);

const said = (...args: readonly string[]): Promise<string> => shell.said('config', ...args);
const refused = (status: number, ...args: readonly string[]): Promise<string> =>
  shell.refused(status, 'config', ...args);
const saidJson = async (...args: readonly string[]): Promise<unknown> =>
  JSON.parse(await said(...args, '--json'));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder.path, name);
  writeFileSync(path, content);
  return path;
}

describe('populate', () => {
  test('puts what the file says into the store, and says what it did', async () => {
    expect(await said('populate', sample)).toBe(
      'instrument1: added, 6 hashes added; revision 1\ninstrument2: added, 5 hashes added; revision 1',
    );
    expect(await said('populate', sample)).toBe(
      'instrument1: nothing to change; revision 1\ninstrument2: nothing to change; revision 1',
    );
    expect(await saidJson('fetch', 'instrument2')).toEqual(
      (JSON.parse(readFileSync(sample, 'utf8')) as Record<string, unknown>).instrument2,
    );
  });

  test('a dry run prints the difference and writes nothing, not even a store', async () => {
    const small = file('small.json', '{"a": {"sources": {"m": {"address": "x", "n": 2}}}}');
    expect(await said('populate', small, '--dry-run')).toBe(
      [
        'a: added, 1 hash added; revision 0',
        '+ source:a:m',
        '+   address  x',
        '+   n        2',
        'Nothing was written: this was a dry run.',
      ].join('\n'),
    );
    expect(await refused(3, 'dump')).toContain('(ALI_STORE_NOT_FOUND)');
    await said('populate', small);
    const changed = file(
      'changed.json',
      '{"a": {"sources": {"m": {"address": "y", "n": 2}}, "user": {"name": "1"}}}',
    );
    expect(await said('populate', changed, '--dry-run')).toBe(
      [
        'a: 1 hash added, 1 hash changed; revision 1',
        '  source:a:m',
        '-   address  x',
        '+   address  y',
        '+ user:a',
        '+   name  "1"',
        'Nothing was written: this was a dry run.',
      ].join('\n'),
    );
    expect(await said('diff', '--file', changed)).toBe(
      '  source:a:m\n-   address  x\n+   address  y\n+ user:a\n+   name  "1"',
    );
    expect(await saidJson('fetch', 'a')).toEqual({ sources: { m: { address: 'x', n: 2 } } });
  });

  test('reads standard input', async () => {
    const { status } = await shell.feed(
      Buffer.from('{"a": {"user": {"name": "Ada"}}}'),
      'config',
      'populate',
      '-',
    );
    expect(status).toBe(0);
    expect(await said('query', 'user:a')).toBe('name  Ada');
  });
});

describe('what is there', () => {
  beforeEach(() => said('populate', sample));

  test('dump is a tree of configurations, hashes and fields', async () => {
    const lines = (await said('dump')).split('\n');
    expect(lines[0]).toBe('configurations');
    expect(lines).toContain('├─ instrument1');
    expect(lines).toContain('└─ instrument2');
    const at = lines.indexOf(`│  ├─ ${motor2}`);
    expect(lines.slice(at, at + 3)).toEqual([
      `│  ├─ ${motor2}`,
      '│  │    address  IOC:m2',
      '│  │    type     ca-motor',
    ]);
    expect(lines.join('\n')).not.toContain('history:');
    expect(await said('dump', '--all')).toContain('history:instrument1');
  });

  test('dump as JSON has every hash and every set', async () => {
    const all = (await saidJson('dump')) as Record<string, unknown>;
    expect(all).toMatchObject({
      configurations: ['instrument1', 'instrument2'],
      [motor2]: { address: 'IOC:m2', type: 'ca-motor' },
      'detector:instrument1:area': { pixels: [512, 1024], threshold_kev: 6.2 },
      'experiment:instrument2': { id: '1234', name: 'diffraction' },
    });
    expect(all['configuration:instrument2']).toContain('source:instrument2:temp2');
  });

  test('query prints one hash or one set', async () => {
    expect(await said('query', motor2)).toBe('address  IOC:m2\ntype     ca-motor');
    expect(await said('query', 'experiment:instrument2')).toBe('id    "1234"\nname  diffraction');
    expect(await saidJson('query', 'experiment:instrument2')).toEqual({ id: '1234', name: 'diffraction' });
    expect(await said('query', 'configurations')).toBe('instrument1\ninstrument2');
    expect(await refused(3, 'query', 'source:instrument1:motr2')).toContain(`did you mean ${motor2}?`);
    expect(await refused(3, 'query', 'instrument1')).toContain('it is a configuration: fetch it');
  });

  test('fetch prints one configuration as JSON, YAML, or what Python prints', async () => {
    expect(await said('fetch', 'instrument2', '--format', 'python')).toBe(
      [
        "{'experiment': {'id': '1234', 'name': 'diffraction'},",
        " 'sources': {'motor1': {'address': 'IOC:m1', 'type': 'ca-motor'},",
        "             'motor2': {'address': 'IOC:m2', 'type': 'ca-motor'},",
        "             'temp2': {'address': 'STC2', 'type': 'pv-temp'}},",
        " 'user': {'email': 'grace@beamline.example',",
        "          'institute': 'Example Light Source',",
        "          'name': 'Grace'}}",
      ].join('\n'),
    );
    expect(await said('fetch', 'instrument2', '--format', 'yaml')).toMatch(/id: ["']1234["']/);
    expect(await refused(2, 'fetch', 'instrument3')).toContain('did you mean instrument');
    expect(await refused(2, 'fetch', 'nothing')).toMatch(/instrument1, instrument2/);
  });

  test('export gives a file for populate: the same text again', async () => {
    const exported = await said('export');
    expect(JSON.parse(exported)).toEqual(JSON.parse(readFileSync(sample, 'utf8')));
    const again = file('again.json', exported);
    expect(await said('diff', '--file', again)).toBe(
      'instrument1: no difference\ninstrument2: no difference',
    );
    expect(await said('export', 'instrument2', '--format', 'yaml')).toMatch(/^instrument2:\n/);
  });
});

describe('changes', () => {
  beforeEach(() => said('populate', sample));

  test('update sets a field to text, and says what it was', async () => {
    expect(await said('update', `${motor2},address,IOC:m3`)).toBe(
      `${motor2} address: IOC:m2 → IOC:m3 (revision 2 of instrument1)`,
    );
    expect(await said('update', 'user:instrument1', 'name', 'Ada, Countess')).toContain('→ Ada, Countess');
    expect(await said('update', 'experiment:instrument1,id,1234')).toContain('"1233" → "1234"');
    expect(await said('update', 'user:instrument1,name,a,b,c')).toContain('→ a,b,c');
    expect(await saidJson('query', 'user:instrument1')).toMatchObject({ name: 'a,b,c' });
    expect(await said('update', 'user:instrument1,name,a,b,c')).toContain('as it was');
  });

  test('with --json the value is JSON', async () => {
    expect(await saidJson('update', 'detector:instrument1:area', 'pixels', '[1.0, 2]')).toMatchObject({
      configuration: 'instrument1',
      revision: 2,
      changes: [{ fields: [{ field: 'pixels', before: [512, 1024], after: [1, 2] }] }],
    });
    expect(await said('query', 'detector:instrument1:area')).toContain('pixels         [1.0,2]');
    expect(await refused(2, 'update', 'user:instrument1', 'name', '[1', '--json')).toContain(
      '(ALI_CONFIGURATION)',
    );
  });

  test('a hash that is not there is made with --create only', async () => {
    const change = 'source:instrument1:motor9,address,IOC:m9';
    expect(await refused(2, 'update', change)).toContain('--create');
    expect(await said('update', change, '--create')).toContain('motor9 address: new, IOC:m9 (revision 2');
    expect(await refused(2, 'update', 'nonsense')).toContain('is not HASH,KEY,VALUE');
    expect(await refused(2, 'update', 'user:instrument1', 'name', 'Ada', 'Lovelace')).toContain('quotes');
  });

  test('sources and configurations are added and removed', async () => {
    expect(await said('add', 'source', 'instrument1', 'motor4', 'address=IOC:m6', 'type=ca-motor')).toBe(
      'instrument1: 1 hash added; revision 2',
    );
    expect(await said('query', 'source:instrument1:motor4')).toBe('address  IOC:m6\ntype     ca-motor');
    expect(
      await said('add', 'source', 'instrument1', 'line', 'pixels=2048', '--section', 'detectors', '--json'),
    ).toContain('"detector:instrument1:line"');
    expect(await saidJson('query', 'detector:instrument1:line')).toEqual({ pixels: 2048 });
    expect(await said('remove', 'source', 'instrument1', 'motor4')).toBe(
      'instrument1: 1 hash removed; revision 4',
    );
    expect(await said('add', 'configuration', 'instrument3')).toBe(
      'instrument3: added, it is empty; revision 1',
    );
    expect(await said('query', 'configurations')).toBe('instrument1\ninstrument2\ninstrument3');
    expect(await said('remove', 'configuration', 'instrument3')).toContain('instrument3: removed');
    expect(await said('query', 'configurations')).toBe('instrument1\ninstrument2');
    expect(await refused(2, 'add', 'source', 'instrument1', 'motor5', 'address')).toContain('is not a field');
    expect(await refused(2, 'remove', 'source', 'instrument1', 'motr1')).toContain(
      'did you mean source:instrument1:motor1?',
    );
  });

  test('history, diff and checkout', async () => {
    await said('update', `${motor2},address,IOC:m3`, '--message', 'plugged in elsewhere');
    const table = (await said('history', 'instrument1')).split('\n');
    expect(table[0]).toMatch(/^configuration +revision +time \(UTC\) +author +hashes +message$/);
    expect(table[1]).toMatch(
      /^instrument1 +2 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +\S+@\S+ +1 +plugged in elsewhere$/,
    );
    expect(table).toHaveLength(3);
    expect(await saidJson('history', '--limit', '1')).toMatchObject([
      { configuration: 'instrument1', revision: 2, message: 'plugged in elsewhere', hashes: 1 },
    ]);
    const difference = `  ${motor2}\n-   address  IOC:m2\n+   address  IOC:m3`;
    expect(await said('diff', '--configuration', 'instrument1')).toBe(difference);
    expect(await said('diff', '1', '2', '--configuration', 'instrument1')).toBe(difference);
    expect(await saidJson('diff', '1', '--configuration', 'instrument1')).toEqual([
      {
        configuration: 'instrument1',
        changes: [
          {
            hash: motor2,
            kind: 'changed',
            fields: [{ field: 'address', before: 'IOC:m2', after: 'IOC:m3' }],
          },
        ],
      },
    ]);
    expect(await said('diff', '--file', sample)).toBe(
      `instrument1:\n  ${motor2}\n-   address  IOC:m3\n+   address  IOC:m2\ninstrument2: no difference`,
    );
    const newest = await said('diff');
    expect(newest).toContain(`instrument1:\n${difference}\ninstrument2:\n+ experiment:instrument2\n`);
    expect(await refused(2, 'diff', '1')).toContain('say which, as in --configuration instrument1');
    expect(await refused(2, 'diff', '--configuration', 'instrument7')).toContain('did you mean instrument1?');
    expect(await refused(2, 'checkout', '0', '--configuration', 'instrument7')).toContain('no history');
    expect(await refused(2, 'populate', sample, '--if-revision', '1')).toMatch(
      /--if-revision .*exactly one configuration/,
    );
    expect(await said('checkout', '1', '--configuration', 'instrument1', '--dry-run')).toContain(
      '+   address  IOC:m2',
    );
    expect(await said('checkout', '1', '--configuration', 'instrument1')).toBe(
      'instrument1: 1 hash changed; revision 3',
    );
    expect(await said('diff', '1', '3', '--configuration', 'instrument1')).toBe('no difference');
    expect(await saidJson('fetch', 'instrument1', '--revision', '2')).toMatchObject({
      sources: { motor2: { address: 'IOC:m3' } },
    });
    expect(await refused(2, 'checkout', '99', '--configuration', 'instrument1')).toContain('99');
    expect(await refused(2, 'checkout', 'x', '--configuration', 'instrument1')).toContain(
      "'x' is not a number",
    );
  });

  test('the second of two editors is refused, and shown what the first one changed', async () => {
    await said('update', `${motor2},address,IOC:m3`, '--if-revision', '1', '--message', 'first');
    const before = await said('dump', '--all', '--json');
    const told = (await refused(5, 'update', `${motor2},address,IOC:m7`, '--if-revision', '1')).split('\n');
    expect(told[0]).toMatch(/^alidade: .*instrument1.* revision 2, not 1.* \(ALI_REVISION\)$/);
    expect(told[1]).toMatch(/^revision 2, .*Z, \S+@\S+: first$/);
    expect(told.slice(2)).toEqual([`  ${motor2}`, '-   address  IOC:m2', '+   address  IOC:m3']);
    expect(await said('dump', '--all', '--json')).toBe(before);
  });

  test('validate tells what does not fit the schemas', async () => {
    expect(await said('validate')).toMatch(/^nothing was checked: no section has a schema/);
    const source = { type: 'object', properties: { address: { type: 'string' } }, required: ['address'] };
    const schema = { type: 'object', additionalProperties: source };
    const content = {
      a: { schemas: { sources: schema }, sources: { m1: { address: 'x' }, m2: { type: 'y' } } },
    };
    const bad = file('bad.json', JSON.stringify(content));
    const { status, stdout, stderr } = await config('validate', '--file', bad);
    expect({ status, stdout }).toEqual({
      status: 2,
      stdout: expect.stringMatching(/^a\.sources\.m2\.?.*address/),
    });
    expect(stderr).toBe('alidade: 1 value does not fit its schema (ALI_CONFIGURATION)\n');
    const good = file(
      'good.json',
      JSON.stringify({ a: { ...content.a, sources: { m1: { address: 'x' } } } }),
    );
    expect(await said('validate', '--file', good)).toBe('1 section checked: no value is against its schema');
  });
});

test('the options of psi_example.py are verbs', async () => {
  await said('-p', sample);
  expect(await said('-u', `${motor2},address,IOC:m3`)).toContain('IOC:m2 → IOC:m3');
  const pairs = [
    [['-q'], ['dump']],
    [
      ['-k', motor2],
      ['query', motor2],
    ],
    [
      ['-q', '-k', motor2],
      ['query', motor2],
    ],
    [
      ['-f', 'instrument2'],
      ['fetch', 'instrument2', '--format', 'python'],
    ],
    [['--fetch=instrument2'], ['fetch', 'instrument2', '--format', 'python']],
  ] as const;
  for (const [there, here] of pairs) expect(await said(...there)).toBe(await said(...here));
});

test('bad input is one line, exit status 2, and changes nothing', async () => {
  const source = '{"instrument1": {"sources": ';
  const cases: readonly (readonly [name: string, content: string, message: RegExp])[] = [
    ['not JSON', 'hello', /:1:1: /],
    ['a comment', '// sample\n{}', /:1:1: .*comment/],
    ['a comma too many', '{"a": {"user": {"name": "x",}}}', /:1:28: .*comma/],
    ['no object', '[1]', /object/],
    ['a key that stands twice', '{"a": {\n  "user": {}, "user": {}}}', /:2:15: .*twice/],
    ['a source without a name', `${source}{"": {"address": "x"}}}}`, /empty/],
    ['a configuration without a name', '{"": {}}', /empty/],
    ['a name with a control character', `${source}{"a\\u0007": {"address": "x"}}}}`, /control/],
    ['a cut-off file', '{"instrument1": {"sources"', /:1:27: /],
  ];
  await said('populate', sample);
  const before = await said('dump', '--all', '--json');
  for (const [name, content, message] of cases) {
    const told = await refused(2, 'populate', file('bad.json', content));
    expect(told, name).toMatch(message);
    expect(told, name).toMatch(/^alidade: [^\n]*bad\.json[^\n]*\(ALI_CONFIGURATION\)$/);
  }
  expect(await said('dump', '--all', '--json')).toBe(before);
});

test('no such file, a folder, bytes that are no text, a file of 200 MB', async () => {
  for (const path of [join(folder.path, 'nothing.json'), folder.path]) {
    expect(await refused(2, 'populate', path)).toContain(path);
  }
  expect(await refused(2, 'populate', file('latin.json', Buffer.from([0x7b, 0xe9, 0x7d])))).toContain(
    ':1:2: ',
  );
  const large = join(folder.path, 'large.json');
  await shell.sh(`truncate -s 200M ${large}`);
  expect(await refused(2, 'populate', large)).toMatch(/large\.json.*MiB/);
  // What has no length before it is read.
  expect(await refused(2, 'populate', '/dev/zero')).toMatch(/\/dev\/zero has more than 64 MiB/);
  expect(await refused(3, 'dump')).toContain('(ALI_STORE_NOT_FOUND)');
});

test('the help of every verb has an example', async () => {
  const { stdout } = await config('--help');
  const verbs = [...stdout.matchAll(/^ {2}([a-z]+)(?: \[| <|$| {2})/gm)].map(([, verb]) => verb ?? '');
  expect(verbs.length).toBeGreaterThan(12);
  for (const verb of verbs) {
    const help = await config(verb, '--help');
    expect({ verb, status: help.status }).toEqual({ verb, status: 0 });
    expect(help.stdout).toMatch(/\$ alidade config|Each verb has an example/);
  }
});

test('completion knows verbs, options, hashes, fields and configurations', async () => {
  await said('populate', sample);
  const completed = (...words: readonly string[]) => {
    const names = async () => {
      const { stdout } = await shell.alidade('__complete', 'words', 'config', ...words);
      return stdout
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split('\t')[0]);
    };
    // A store that is slow for once gives none.
    return expect.poll(names, { timeout: 50_000 });
  };
  await completed('po').toEqual(['populate']);
  await completed('populate', 'x', '--d').toEqual(['--dry-run']);
  await completed('query', 'source:instrument2:').toEqual([
    'source:instrument2:motor1',
    'source:instrument2:motor2',
    'source:instrument2:temp2',
  ]);
  await completed('listen', `${motor2},source:instrument2:t`).toEqual([`${motor2},source:instrument2:temp2`]);
  await completed('update', `${motor2},a`).toEqual([`${motor2},address`]);
  await completed('update', motor2, '').toEqual(['address', 'type']);
  await completed('fetch', '').toEqual(['instrument1', 'instrument2']);
  await completed('fetch', 'instrument1', '--format', 'p').toEqual(['python']);
  await completed('diff', '--configuration', 'instrument').toEqual(['instrument1', 'instrument2']);
  await completed('remove', 'source', 'instrument2', 't').toEqual(['temp2']);
  await completed('query', 'hist').toEqual([]);
});
