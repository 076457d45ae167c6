/** Retention of a running instrument on every engine, beside others who write. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openInstrument } from '../../src/instrument/index.ts';
import { openStore } from '../../src/store/index.ts';
import { TelescopeState } from '../../src/telstate/index.ts';
import { buildCommand, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { RedisServer } from '../support/redis-server.ts';
import { requireServer } from '../support/require-server.ts';

const file = `
name: kept
state:
  retention:
    - { keys: 'wind_*', keep: 1h }
    - { keys: '*', keepLast: 100 }
`;

async function expectKept(url: string): Promise<void> {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, 'instrument.yaml'), file);
  const now = Date.now() / 1000;
  await using store = await openStore(url);
  const state = new TelescopeState(await store.space('state'));
  const samples = (count: number, step: number) =>
    Array.from({ length: count }, (_, i) => ({ value: i, timeSeconds: now - (count - i) * step }));
  await state.addMany('wind_speed', samples(20_000, 1));
  await state.addMany('azimuth', samples(5000, 10));
  await using instrument = await openInstrument(folder.path, { storeUrl: url });
  const status = () => instrument.status().retention;
  while (status()?.lastPassSeconds === undefined && status()?.lastFault === undefined) {
    await state.add('written_meanwhile', 1);
  }
  const wind = await state.getRange('wind_speed', { start: 0 });
  expect(wind[0]?.timeSeconds).toBeGreaterThan(now - 3601);
  expect(wind.length).toBeGreaterThan(3590);
  expect(await state.getRange('azimuth', { start: 0 })).toHaveLength(100);
  expect(status()?.rules[0]?.removed).toBe(20_000 - wind.length);
  expect(status()?.removed).toBeGreaterThanOrEqual(20_000 - wind.length + 4900);
}

test('on a folder', { timeout: 60_000 }, async () => {
  using folder = temporaryFolder();
  await expectKept(`sqlite:${join(folder.path, 'store')}`);
});

describe.skipIf(!requireServer('redis-server', 'retention on Redis'))('with a redis-server', () => {
  test('on Redis', { timeout: 60_000 }, async () => {
    const server = await RedisServer.start();
    try {
      await expectKept(server.url);
    } finally {
      await server.close();
    }
  });
});

describe('alidade up', () => {
  beforeAll(buildCommand, 120_000);

  test('says what is kept, and how much was removed', { timeout: 60_000 }, async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, 'instrument.yaml'), file);
    {
      await using store = await openStore(`sqlite:${join(folder.path, '.alidade')}`);
      const state = new TelescopeState(await store.space('state'));
      await state.addMany(
        'wind_speed',
        [1, 2, 3].map((value) => ({ value, timeSeconds: value })),
      );
    }
    const shell = new Shell(folder.path);
    const json = await shell.alidade('up', '--json', '--for', '1.5s');
    const events = json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.at(-1)).toMatchObject({
      event: 'stopped',
      retention: {
        removed: 2,
        rules: [
          { keys: 'wind_*', sensors: 1, removed: 2 },
          { keys: '*', removed: 0 },
        ],
      },
    });
    const plain = await shell.alidade('up', '--for', '10ms');
    expect(plain.stdout).toContain('\nretention: wind_* 60 min, * last 100\n');
  });
});
