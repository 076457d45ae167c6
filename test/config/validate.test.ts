import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openConfigurationDatabase, readConfigurationFile } from '../../src/config/index.ts';

const schemas = {
  sources: {
    $defs: {
      source: {
        type: 'object',
        required: ['address', 'type'],
        properties: { address: { pattern: '^IOC:' } },
      },
    },
    additionalProperties: { $ref: '#/$defs/source' },
  },
  user: { properties: { age: { type: 'integer', minimum: 0 } }, additionalProperties: false },
};

test('a section is held against its schema in the configuration', async () => {
  await using database = await openConfigurationDatabase('memory:');
  const good = { schemas, sources: { m1: { address: 'IOC:m1', type: 't' } }, user: { age: 3 } };
  await database.populate(JSON.stringify({ c: good, other: { sources: { m: {} } } }));
  expect(await database.validate({})).toEqual({ sections: 2, problems: [] });
  expect(await database.validate({ configurations: ['other'] })).toEqual({ sections: 0, problems: [] });
  await database.update('source:c:m1', 'address', 'm1');
  await database.addSource('c', 'm/2', { type: 't' });
  await database.update('user:c', 'age', '-1', { json: true });
  await database.update('user:c', 'name', 'x');
  const { problems: found } = await database.validate({ configurations: ['c'] });
  expect(found.map(({ section, path }) => [section, ...path].join(' '))).toEqual([
    'sources m1 address',
    'sources m/2',
    'user age',
    'user',
  ]);
  expect(found[1]).toMatchObject({ configuration: 'c', message: expect.stringContaining('address') });
});

test('a text is held against the schemas in it, and nothing is written', async () => {
  await using database = await openConfigurationDatabase('memory:');
  const text = JSON.stringify({ c: { schemas, sources: { m1: { address: 'IOC:m1' } } } });
  expect(await database.validate({ text })).toMatchObject({
    sections: 1,
    problems: [{ section: 'sources', path: ['m1'] }],
  });
  expect(await database.configurations()).toEqual([]);
});

test('a schema that cannot be used is refused, and not passed over', async () => {
  await using database = await openConfigurationDatabase('memory:');
  for (const schema of [{ pattern: '(' }, { $ref: '#/none' }]) {
    const text = JSON.stringify({
      c: { schemas: { user: { properties: { name: schema } } }, user: { name: 'x' } },
    });
    const validating = database.validate({ text });
    await expect(validating).rejects.toMatchObject({ code: 'ALI_CONFIGURATION', exitCode: 2 });
  }
  const flat = database.validate({ text: '{"c": {"schemas": {"user": "none"}}}' });
  await expect(flat).rejects.toMatchObject({ code: 'ALI_CONFIGURATION' });
});

test('a file that is too long, not there, a folder or not UTF-8 is one clear error', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'alidade-config-'));
  try {
    const file = join(folder, 'long.json');
    writeFileSync(file, '');
    truncateSync(file, 200 * 1024 * 1024);
    await expect(readConfigurationFile(file)).rejects.toThrow(
      `${file} has 200 MiB; a configuration file may have 64 MiB`,
    );
    await expect(readConfigurationFile(join(folder, 'none.json'))).rejects.toThrow(
      /none\.json cannot be read: ENOENT/,
    );
    await expect(readConfigurationFile(folder)).rejects.toThrow(/cannot be read: it is a folder/);
    const latin = join(folder, 'latin.json');
    writeFileSync(latin, Buffer.from('{\n "a": "\xe9"}', 'latin1'));
    await expect(readConfigurationFile(latin)).rejects.toMatchObject({
      code: 'ALI_CONFIGURATION',
      message: `${latin}:2:8: this is not UTF-8`,
    });
    const good = join(folder, 'good.json');
    writeFileSync(good, '{"c": {}}');
    expect(await readConfigurationFile(good)).toBe('{"c": {}}');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
