import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import type { HashChange } from '../../config/index.ts';
import type { Terminal } from '../terminal.ts';
import { printChangeLines } from './changes.ts';

const changes: readonly HashChange[] = [
  {
    hash: 'source:lab:motor1',
    kind: 'changed',
    fields: [
      { field: 'address', before: '"IOC:m1"', after: '"IOC:m2"' },
      { field: 'n', after: '1.0' },
    ],
  },
  { hash: 'user:lab', kind: 'removed', fields: [{ field: 'name', before: '"\\u001b[2J"' }] },
];

async function shown(isTTY: boolean, environment: Readonly<Record<string, string>> = {}): Promise<string> {
  let text = '';
  const write = (chunk: Buffer, _encoding: string, done: () => void) => {
    text += chunk.toString();
    done();
  };
  const terminal: Terminal = {
    stdin: new PassThrough(),
    stdout: Object.assign(new Writable({ write }), { isTTY }),
    stderr: new PassThrough(),
    environment,
    nowSeconds: () => 0,
  };
  await printChangeLines(terminal, changes);
  return text;
}

const plain = `  source:lab:motor1
-   address  IOC:m1
+   address  IOC:m2
+   n        1.0
- user:lab
-   name  "\\u001b[2J"
`;

test('changes in the manner of diff, without colours where nobody sees them', async () => {
  expect(await shown(false)).toBe(plain);
  expect(await shown(true, { NO_COLOR: '1' })).toBe(plain);
  expect(await shown(true, { TERM: 'dumb' })).toBe(plain);
});

test('on a terminal what was there is red, and what is there now green', async () => {
  const lines = (await shown(true)).split('\n');
  expect(lines.slice(0, 3)).toEqual([
    '  source:lab:motor1',
    '\x1b[31m-   address  IOC:m1\x1b[0m',
    '\x1b[32m+   address  IOC:m2\x1b[0m',
  ]);
});
