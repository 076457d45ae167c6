import { spawnSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/folder.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { ConfigurationDatabase } from '../config/index.ts';
import { openStore } from '../store/index.ts';
import { Float, openTelescopeState } from '../telstate/index.ts';
import { openInstrument } from './instrument.ts';

const startMs = 1_700_000_000_000;
const snapshot = 'test/fixtures/telstate/rdb/mem_tiny.rdb';

/** A folder with an instrument, whose store is in it too. */
function instrumentFolder(text: string) {
  const folder = temporaryFolder();
  writeFileSync(join(folder.path, 'instrument.yaml'), text);
  copyFileSync(snapshot, join(folder.path, 'snapshot.rdb'));
  return {
    path: folder.path,
    storeUrl: `sqlite:${folder.path}/store`,
    [Symbol.dispose]: folder[Symbol.dispose],
  };
}

const small = `
name: small
state:
  snapshot: snapshot.rdb
  attributes: { observer: Ada, int: 5 }
  sensors:
    fast: { units: m/s, simulate: t + 0.5 }
    slow: { simulate: { value: noise(1), rate: 1 } }
`;

test('all sensors of a rate get a sample in each tick, with the time of the tick', async () => {
  using folder = instrumentFolder(small);
  const clock = new ManualClock(startMs);
  await using instrument = await openInstrument(folder.path, { storeUrl: 'memory:', clock });
  for (let i = 0; i < 10; i += 1) {
    clock.advance(100);
    await instrument.state.waitKey('fast', {
      condition: (_, time) => time === (startMs + (i + 1) * 100) / 1000,
    });
  }
  await instrument.state.waitKey('slow');
  const samples = await instrument.state.getRange('fast', { start: 0, exact: true });
  expect(samples.map(({ timeSeconds }) => timeSeconds)).toEqual(
    Array.from({ length: 10 }, (_, i) => (startMs + (i + 1) * 100) / 1000),
  );
  expect(samples[9]?.value).toEqual(new Float(1_700_000_001.5));
  expect(await instrument.state.getRange('slow', { start: 0 })).toHaveLength(1);
  expect(await instrument.state.get('fast_units')).toBe('m/s');
});

test('the simulation is the same in every store, second for second', async () => {
  using folder = instrumentFolder(small);
  const values: unknown[] = [];
  for (const delayMs of [0, 500]) {
    const clock = new ManualClock(startMs + delayMs);
    await using instrument = await openInstrument(folder.path, { storeUrl: 'memory:', clock });
    clock.advance(1000 - delayMs);
    await instrument.state.waitKey('slow');
    values.push(await instrument.state.get('slow'));
  }
  expect(values[0]).toBe(values[1]);
});

test('the status has the newest sample of each sensor, and counts all that are in the store', async () => {
  using folder = instrumentFolder(small);
  const clock = new ManualClock(startMs);
  for (const before of [0, 1]) {
    await using instrument = await openInstrument(folder.path, { storeUrl: folder.storeUrl, clock });
    expect(instrument.status().sensors[0]).toEqual({
      name: 'fast',
      units: 'm/s',
      value: before === 0 ? undefined : new Float(clock.nowMs() / 1000 + 0.5),
      timeSeconds: before === 0 ? undefined : clock.nowMs() / 1000,
      samples: before,
      rateHz: 10,
    });
    clock.advance(100);
    const timeSeconds = clock.nowMs() / 1000;
    await instrument.state.waitKey('fast', { condition: (_, time) => time === timeSeconds });
    await instrument.refresh();
    const { sensors, losses } = instrument.status();
    expect(sensors[0]).toMatchObject({
      value: new Float(timeSeconds + 0.5),
      timeSeconds,
      samples: before + 1,
    });
    expect(losses).toEqual({ slow: 0, late: 0, failed: 0, unreachable: 0 });
    await instrument.close();
    expect(instrument.status().written).toBe(1);
    expect(clock.timers).toBe(0);
  }
});

test('the status has what others write: to a sensor that is only listed, and to a simulated one', async () => {
  using folder = instrumentFolder('name: a\nstate: { sensors: { visitors: , fast: { simulate: t } } }');
  const clock = new ManualClock(startMs);
  await using instrument = await openInstrument(folder.path, { storeUrl: folder.storeUrl, clock });
  await using other = await openTelescopeState(folder.storeUrl);
  await other.add('visitors', 12, { time: 1_600_000_000 });
  await other.add('fast', 99, { time: 1_700_000_001 });
  await instrument.refresh();
  expect(instrument.status()).toMatchObject({
    written: 0,
    sensors: [
      { name: 'visitors', value: 12, timeSeconds: 1_600_000_000, samples: 1, rateHz: undefined },
      { name: 'fast', value: 99, timeSeconds: 1_700_000_001, samples: 1, rateHz: 10 },
    ],
  });
});

test('a store that was emptied is noticed; a sensor that was deleted is not that', async () => {
  using folder = instrumentFolder(small);
  const clock = new ManualClock(startMs);
  await using instrument = await openInstrument(folder.path, { storeUrl: 'memory:', clock });
  clock.advance(1000);
  await instrument.state.waitKey('slow');
  await instrument.refresh();
  await instrument.state.delete('fast');
  await instrument.state.delete('slow');
  await instrument.refresh();
  expect(instrument.status().emptiedSeconds).toBeUndefined();
  await instrument.state.clear();
  await instrument.refresh();
  expect(instrument.status()).toMatchObject({
    emptiedSeconds: startMs / 1000 + 1,
    sensors: [{ samples: 0 }, {}],
  });
});

test('snapshot and attributes are put where keys are missing; attributes of the file go first', async () => {
  using folder = instrumentFolder(small);
  const first = await openInstrument(folder.path, { storeUrl: folder.storeUrl });
  expect(first.preparation).toEqual({
    attributes: { set: 3, inPlace: 0, different: [] },
    snapshot: { loaded: 3, inPlace: 1, leftOut: 0 },
  });
  expect(await first.state.get('int')).toBe(5);
  await first.state.delete('observer');
  await first.state.set('observer', 'Grace');
  await first.close();

  await using second = await openInstrument(folder.path, { storeUrl: folder.storeUrl });
  expect(second.preparation).toEqual({
    attributes: { set: 0, inPlace: 3, different: ['observer'] },
    snapshot: { loaded: 0, inPlace: 4, leftOut: 0 },
  });
  expect(await second.state.get('observer')).toBe('Grace');
});

test('configurations of the file are put where they are missing, and stay as they are where they are not', async () => {
  using folder = instrumentFolder('name: a\nconfigurations: lab.json\n');
  const file = join(folder.path, 'lab.json');
  const start = () => openInstrument(folder.path, { storeUrl: folder.storeUrl });
  writeFileSync(file, '{"lab": {"sources": {"motor1": {"address": "IOC:m1"}}}}');
  const first = await start();
  expect(first.configurations).toEqual({ added: ['lab'], inPlace: [], different: [] });
  const database = new ConfigurationDatabase(await first.store.space('config'));
  await database.update('source:lab:motor1', 'address', 'IOC:m2');
  await first.close();

  writeFileSync(file, '{"hall": {}, "lab": {"sources": {"motor1": {"address": "IOC:m1"}}}}');
  const second = await start();
  expect(second.configurations).toEqual({ added: ['hall'], inPlace: ['lab'], different: ['lab'] });
  const again = new ConfigurationDatabase(await second.store.space('config'));
  expect(await again.fetch('lab')).toEqual({ sources: { motor1: { address: 'IOC:m2' } } });
  expect(await again.history('hall')).toMatchObject([{ message: 'start of a' }]);
  await second.close();

  writeFileSync(file, '{"lab": {},}');
  await expect(start()).rejects.toMatchObject({
    code: 'ALI_CONFIGURATION',
    message: expect.stringContaining(':1:11: '),
  });
});

test('the store of the file is beside the file', async () => {
  using folder = instrumentFolder('name: a\nstore: sqlite:mine\n');
  await using instrument = await openInstrument(folder.path);
  expect(instrument.store.location).toBe(`sqlite:${folder.path}/mine`);
});

test('a damaged snapshot ends the start, and the store is closed again', async () => {
  using folder = instrumentFolder(small);
  writeFileSync(join(folder.path, 'snapshot.rdb'), 'REDIS0006 and then nothing');
  const start = () => openInstrument(folder.path, { storeUrl: folder.storeUrl });
  await expect(start()).rejects.toMatchObject({ code: 'ALI_SNAPSHOT' });
  copyFileSync(snapshot, join(folder.path, 'snapshot.rdb'));
  await (await start()).close();
});

test('a sensor whose key is an attribute of the store is refused', async () => {
  using folder = instrumentFolder(
    'name: a\nstate: { snapshot: snapshot.rdb, sensors: { int: { simulate: 1 } } }',
  );
  const start = openInstrument(folder.path, { storeUrl: 'memory:' });
  await expect(start).rejects.toMatchObject({
    code: 'ALI_IMMUTABLE',
    message: expect.stringContaining('int'),
  });
});

test('one process at a time runs an instrument on a store', async () => {
  using folder = instrumentFolder('name: a');
  const open = (storeUrl = folder.storeUrl) => openInstrument(folder.path, { storeUrl });
  const first = await open();
  await expect(open()).rejects.toMatchObject({
    code: 'ALI_INSTRUMENT_RUNNING',
    message: expect.stringContaining(`process ${process.pid}`),
  });
  await (await open(`sqlite:${folder.path}/another`)).close();
  await first.close();
  await (await open()).close();
});

/** Puts somebody else there as the one who runs the instrument `a`. */
async function leaveHolder(storeUrl: string, content: string): Promise<void> {
  await using store = await openStore(storeUrl);
  const space = await store.space('config');
  await space.write({ do: 'set', key: 'instrument:a:running', value: Buffer.from(content) });
}

test('a process of this machine that was killed does not keep the instrument; one elsewhere may live', async () => {
  using folder = instrumentFolder('name: a');
  const holder = await (async () => {
    await using running = await openInstrument(folder.path, { storeUrl: folder.storeUrl });
    const space = await running.store.space('config');
    const content = await space.read({ read: 'value', key: 'instrument:a:running' });
    return JSON.parse(Buffer.from(content ?? []).toString()) as Record<string, unknown>;
  })();
  const open = () => openInstrument(folder.path, { storeUrl: folder.storeUrl });
  const { pid } = spawnSync(process.execPath, ['--version']);

  await leaveHolder(folder.storeUrl, JSON.stringify({ ...holder, pid }));
  await (await open()).close();
  await leaveHolder(folder.storeUrl, JSON.stringify({ ...holder, pid, host: `not-${hostname()}` }));
  await expect(open()).rejects.toMatchObject({ code: 'ALI_INSTRUMENT_RUNNING' });
  await leaveHolder(folder.storeUrl, '{"pid":1e999} and more that nobody wrote');
  await expect(open()).rejects.toMatchObject({ code: 'ALI_INSTRUMENT_RUNNING' });
});

test('who was stopped for long finds out that another has taken the instrument over', async () => {
  using folder = instrumentFolder('name: a');
  const clock = new ManualClock(startMs);
  await using instrument = await openInstrument(folder.path, { storeUrl: folder.storeUrl, clock });
  await leaveHolder(folder.storeUrl, '{"somebody":"else"}');
  clock.advance(5000);
  expect((await instrument.takenOver).code).toBe('ALI_INSTRUMENT_RUNNING');
  await instrument.close();
  // It leaves the other alone.
  await using store = await openStore(folder.storeUrl);
  const space = await store.space('config');
  expect(await space.read({ read: 'value', key: 'instrument:a:running' })).toBeDefined();
});

test('a right that was lost to nobody is taken again', async () => {
  using folder = instrumentFolder('name: a');
  const clock = new ManualClock(startMs);
  await using instrument = await openInstrument(folder.path, { storeUrl: folder.storeUrl, clock });
  const space = await instrument.store.space('config');
  await space.clear();
  clock.advance(5000);
  await expect.poll(() => space.read({ read: 'value', key: 'instrument:a:running' })).toBeDefined();
});

test('what it wrote is in the store for every other process', async () => {
  using folder = instrumentFolder(small);
  const clock = new ManualClock(startMs);
  await using instrument = await openInstrument(folder.path, { storeUrl: folder.storeUrl, clock });
  await using other = await openTelescopeState(folder.storeUrl);
  const waiting = other.waitKey('fast');
  clock.advance(100);
  expect(await waiting).toMatchObject({ type: 'sensor', timeSeconds: 1_700_000_000.1 });
  expect(instrument.definition.name).toBe('small');
});
