/** How the command starts: on a Node.js that is too old, and in a clone that is not built. */
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';

const root = resolve(import.meta.dirname, '../..');
const { problemWith } = createRequire(import.meta.url)('../../scripts/check-node.cjs') as {
  problemWith: (versions: { readonly node: string; readonly sqlite?: string }) => string | undefined;
};

test.each([
  ['0.12.9', undefined],
  ['20.20.2', undefined],
  ['22.9.0', '3.46.1'],
  ['22.22.9', '3.51.3'],
  ['23.7.0', '3.47.2'],
  ['24.0.0', '3.49.1'],
  ['25.0.0', '3.50.4'],
])('Node.js %s with SQLite %s is too old', (node, sqlite) => {
  const problem = problemWith(sqlite === undefined ? { node } : { node, sqlite });
  expect(problem).toContain(node);
  expect(problem).not.toContain('\n');
});

test.each([
  ['22.23.0', '3.51.3'],
  ['24.21.0', '3.53.4'],
  ['25.9.0', '3.51.3'],
  ['26.0.0', '4.0.0'],
  ['24.21.0', undefined],
])('Node.js %s with SQLite %s will do', (node, sqlite) => {
  expect(problemWith(sqlite === undefined ? { node } : { node, sqlite })).toBeUndefined();
});

test('the check itself is silent on this Node.js', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/check-node.cjs')], {
    encoding: 'utf8',
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});

test('in a clone that is not built the command says how to build it', () => {
  using folder = temporaryFolder();
  for (const part of ['bin', 'scripts'])
    cpSync(join(root, part), join(folder.path, part), { recursive: true });
  const { status, stderr } = spawnSync(process.execPath, [join(folder.path, 'bin/alidade.cjs'), 'state'], {
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^alidade: .*npm run build.*\n$/);
});
