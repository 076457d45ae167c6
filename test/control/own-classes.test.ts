/** Classes of the user that stand on a copy of this package of their own, as beside a program that is installed for all. */
import { cpSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { openBus } from '../../src/bus/index.ts';
import { makeService, openClient, readServiceFile, startService } from '../../src/control/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { keptLog } from './stage.ts';

test('what a class says with another copy of the package is understood', async () => {
  using folder = temporaryFolder();
  const at = (name: string) => join(folder.path, name);
  for (const part of ['shared', 'control', 'bus', 'ipc']) {
    cpSync(join('src', part), join(at('src'), part), { recursive: true });
  }
  symlinkSync(resolve('node_modules'), at('node_modules'));
  symlinkSync(resolve('package.json'), at('package.json'));
  writeFileSync(
    at('heater.ts'),
    `import { type Answer, Endpoint, Entity, float, ReplyError } from './src/control/index.ts';
export class Heater extends Entity {
  override onGet(): Answer {
    return float(21);
  }
  override onSet(): never {
    throw new ReplyError('resource_error_connection', 'no such device');
  }
}
export class Mute extends Endpoint {}
`,
  );
  writeFileSync(
    at('service.yaml'),
    `name: s
endpoints:
  - {name: heater, module: Heater, module_path: heater.ts, calibration: {table: [[20.5, 1.5], [21.5, 2.5]]}}
  - {name: mute, module: Mute, module_path: heater.ts}
`,
  );
  const { options } = await makeService(readServiceFile(at('service.yaml')));
  await using bus = await openBus(`local:${at('bus')}`);
  await using _service = await startService({ ...options, bus, wire: 'v3', log: keptLog() });
  const client = openClient({ bus });
  const { code, exactPayload } = await client.get('heater');
  expect([code, JSON.stringify([...(exactPayload as Map<string, unknown>)])]).toEqual([
    0,
    '[["value_cal",2],["value_raw",21]]',
  ]);
  expect(await client.set('heater', 5)).toMatchObject({ code: 201, message: 'no such device' });
  expect((await client.get('mute')).code).toBe(306);
});
