/** Classes of the user: beside a program that is installed for all, with a copy of this package of their own; as services. */
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

test('a class of the user that stands for the service consumes the alerts that its file names', async () => {
  using folder = temporaryFolder();
  writeFileSync(
    join(folder.path, 'listener.mjs'),
    `import { Endpoint } from ${JSON.stringify(resolve('src/control/index.ts'))};
export class Listener extends Endpoint {
  #keys;
  #heard = [];
  constructor(options) { super(options); this.#keys = options.alertKeys; }
  get alertKeys() { return this.#keys; }
  onAlert({ routingKey, payload }) { this.#heard.push([routingKey, payload.value_raw]); }
  onGet() { return this.#heard; }
}`,
  );
  const file = join(folder.path, 'service.yaml');
  writeFileSync(
    file,
    'name: listener\nmodule: Listener\nmodule_path: listener.mjs\nalert_keys: [sensor_value.#]\n',
  );
  const { options } = await makeService(readServiceFile(file));
  await using bus = await openBus(`local:${join(folder.path, 'bus')}`);
  await using _service = await startService({ ...options, bus, log: keptLog() });
  const client = openClient({ bus });
  await client.alert('status_message.warning.x', 'not for it');
  await client.alert('sensor_value.peaches', { value_raw: '0.75' });
  expect((await client.get('listener')).payload).toEqual([['sensor_value.peaches', '0.75']]);
});
