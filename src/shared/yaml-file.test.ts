import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { YamlFile, type YamlFileKind } from './yaml-file.ts';

const ours: YamlFileKind = {
  code: 'ALI_CONTROL',
  what: 'such a file',
  maxMebibytes: 1,
  maxValues: 1000,
  version: '1.2',
};
const pythons: YamlFileKind = { ...ours, version: '1.1' };

function fileOf(text: string, kind: YamlFileKind): YamlFile {
  const folder = mkdtempSync(join(tmpdir(), 'alidade-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'a.yaml');
  writeFileSync(path, text);
  return new YamlFile(path, kind);
}

test('as Python reads it, on, off, yes and no are booleans unless quoted; y, e0 and dates are text', () => {
  const text = '[on, Off, yes, NO, True, "on", y, N, 2026-01-31, e0, .nan]';
  expect(fileOf(text, pythons).values()).toEqual([
    true,
    false,
    true,
    false,
    true,
    'on',
    'y',
    'N',
    '2026-01-31',
    'e0',
    Number.NaN,
  ]);
  expect(fileOf('[on, yes, true]', ours).values()).toEqual(['on', 'yes', true]);
});

test('as Python reads it, << merges maps; what the map says itself goes before', () => {
  const text = 'a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc:\n  <<: [*a, {z: 4}]';
  expect(fileOf(text, pythons).values()).toEqual({
    a: { x: 1, y: 2 },
    b: { x: 1, y: 3 },
    c: { x: 1, y: 2, z: 4 },
  });
});

test('an alias stands for the last anchor of its name before it, however many there are', () => {
  const parts = Array.from({ length: 200 }, (_, i) => `  - { <<: *base, name: e${i} }`);
  const file = fileOf(
    `base: &base { pace: 1 }\nparts:\n${parts.join('\n')}\nlast: [&base 2, *base]\n`,
    pythons,
  );
  const { parts: read, last } = file.values() as { parts: unknown[]; last: unknown };
  expect([read.length, read[199], last]).toEqual([200, { pace: 1, name: 'e199' }, [2, 2]]);
  expect(() => fileOf('[*a, &a 1]', ours).values()).toThrow(/there is no anchor &a before this/);
  expect(() => fileOf('&a [*a, *a]', ours).values()).toThrow(/nested more than 64 deep/);
});

test('with typed keys, a map with a number or boolean for a name is a Map in the order of the file', () => {
  const file = fileOf('{2: b, 1: a, "1": text, on: yes, -0.5: c}', pythons);
  expect(() => file.values()).toThrow("'1' is here for the second time");
  const typed = fileOf('{2: b, 1: a, "3": text, on: yes, -0.5: c}', pythons).values({ typedKeys: true });
  expect([...(typed as Map<unknown, unknown>)]).toEqual([
    [2, 'b'],
    [1, 'a'],
    ['3', 'text'],
    [true, true],
    [-0.5, 'c'],
  ]);
  expect(fileOf('{a: 1}', pythons).values({ typedKeys: true })).toEqual({ a: 1 });
});

test('what stands at a path is read alone, and found by line and column', () => {
  const file = fileOf('a:\n  - {b: 1}\n  - {b: 2.0, c: x}\n', ours);
  expect(file.values({}, ['a', 1])).toEqual({ b: 2, c: 'x' });
  expect(file.placeOf(['a', 1, 'c'])).toEqual({ line: 3, column: 17 });
  expect(file.placeOf(['a', 1], 'c')).toEqual({ line: 3, column: 14 });
  expect(file.fault(['a', 0, 'b'], 'is wrong').message).toMatch(/a\.yaml:2:9: is wrong$/);
});
