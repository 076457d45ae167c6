import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { calledAs } from './called-as.ts';

/** A clone, a folder beside it, a folder of programs in which `alidade` is, and one into which it was installed by npm. */
function places() {
  const folder = temporaryFolder();
  const at = (name: string) => join(folder.path, name);
  for (const name of [
    'clone/bin',
    'clone/docs',
    'beside',
    'programs',
    'project/node_modules/.bin',
    'project/data',
  ])
    mkdirSync(at(name), { recursive: true });
  writeFileSync(at('clone/package.json'), '{}');
  writeFileSync(at('project/package.json'), '{}');
  const script = at('clone/bin/alidade.cjs');
  writeFileSync(script, '');
  chmodSync(script, 0o755);
  symlinkSync(script, at('programs/alidade'));
  symlinkSync(script, at('project/node_modules/.bin/alidade'));
  const called = (by: string, from: string, path = '/usr/bin') =>
    calledAs({ script: at(by), folder: at(from), path, packageFolder: at('clone') });
  return { at, called, script, [Symbol.dispose]: folder[Symbol.dispose] };
}

test('in a clone it is npx alidade, from any of its folders', () => {
  using place = places();
  expect(place.called('clone/bin/alidade.cjs', 'clone')).toBe('npx alidade');
  expect(place.called('clone/bin/alidade.cjs', 'clone/docs')).toBe('npx alidade');
});

test('what is in the PATH is called by its name; the PATH that npm makes is not the PATH of a second shell', () => {
  using place = places();
  expect(place.called('programs/alidade', 'beside', `/usr/bin:${place.at('programs')}`)).toBe('alidade');
  const ofNpm = place.at('project/node_modules/.bin');
  expect(place.called('project/node_modules/.bin/alidade', 'project/data', ofNpm)).toBe('npx alidade');
});

test('outside of a clone it is a path that works there', () => {
  using place = places();
  expect(place.called('clone/bin/alidade.cjs', 'beside')).toBe('../clone/bin/alidade.cjs');
  chmodSync(place.script, 0o644);
  expect(place.called('clone/bin/alidade.cjs', 'beside')).toBe('node ../clone/bin/alidade.cjs');
});
