/** What a recording keeps of the instrument's state. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openConfigurationDatabase } from '../../src/config/index.ts';
import { openHdf5File } from '../../src/hdf5/index.ts';
import { Recording, verifyRecording } from '../../src/recording/index.ts';
import { openTelescopeState } from '../../src/telstate/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { toldMessage } from './support/told-stream.ts';

test('has the configuration it began under, attributes, and sensors from its beginning to its end', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'run.h5');
  await using database = await openConfigurationDatabase('memory:');
  await database.populate('{"lab": {"sources": {"motor": {"address": "IOC:m1"}}}}');
  await database.update('source:lab:motor', 'address', 'IOC:m7');
  await using telescope = await openTelescopeState('memory:');
  await telescope.set('target', 'Sirius');
  await telescope.set('gains', [1.5, 2]);
  const startSeconds = 1_700_000_000;
  for (const [offset, value] of [
    [-20, 1],
    [-10, 2],
    [0, 3],
    [5, 4],
    [50, 5],
  ] as const) {
    await telescope.add('temperature', value, { time: startSeconds + offset });
  }
  await telescope.add('mode', 'track', { time: startSeconds + 1 });
  const clock = new ManualClock(startSeconds * 1000);
  const recording = await Recording.create({
    file,
    clock,
    state: {
      configuration: { database, name: 'lab' },
      telescope,
      attributes: ['t*', 'gains'],
      sensors: ['temp*', 'mode', 'target'],
    },
  });
  await database.update('source:lab:motor', 'address', 'IOC:m9');
  await recording.write(toldMessage(1));
  clock.advance(10_000);
  await recording.stop();

  await using read = await openHdf5File(file);
  const own = await read.root.group('recording');
  const configuration = await own?.group('configuration');
  expect(configuration?.attributes.get('revision')).toEqual([2n]);
  const [text] = (await (await configuration?.dataset('text'))?.items()) ?? [];
  expect(JSON.parse(String(text))).toEqual({ sources: { motor: { address: 'IOC:m7' } } });
  const attributes = await own?.group('attributes');
  expect(await (await attributes?.dataset('key'))?.items()).toEqual(['gains', 'target']);
  expect(await (await attributes?.dataset('value'))?.items()).toEqual(['[1.5,2]', '"Sirius"']);
  const sensors = await own?.group('sensors');
  expect(sensors?.names).toEqual(['mode', 'temperature']);
  const temperature = await sensors?.group('temperature');
  expect(await (await temperature?.dataset('value'))?.items()).toEqual([2, 3, 4]);
  expect(await (await temperature?.dataset('time'))?.items()).toEqual(
    [-10, 0, 5].map((at) => startSeconds + at),
  );
  expect(await (await (await sensors?.group('mode'))?.dataset('value'))?.items()).toEqual(['"track"']);
  expect(await verifyRecording(file)).toMatchObject({ isWhole: true, problems: [] });
});

test('is not begun under a configuration that is not there', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'run.h5');
  await using database = await openConfigurationDatabase('memory:');
  await expect(
    Recording.create({ file, state: { configuration: { database, name: 'none' } } }),
  ).rejects.toMatchObject({ code: 'ALI_CONFIGURATION' });
  expect(existsSync(file)).toBe(false);
});

test('is closed well when the state cannot be read at its end, and says so', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'run.h5');
  const telescope = await openTelescopeState('memory:');
  const recording = await Recording.create({ file, state: { telescope, sensors: ['*'] } });
  await recording.write(toldMessage(1));
  await telescope.close();
  expect(await recording.stop()).toMatchObject({ state: 'finished', written: 1 });
  await using read = await openHdf5File(file);
  expect((await read.root.group('recording'))?.attributes.get('state_problem')?.[0]).toContain('closed');
});
