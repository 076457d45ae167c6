import { copyFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../test/support/folder.ts';
import { openBus } from '../bus/index.ts';
import { openClient } from '../control/index.ts';
import { systemClock } from '../shared/clock.ts';
import { openLog } from '../shared/log.ts';
import { Float } from '../telstate/index.ts';
import { openInstrument } from './instrument.ts';

const silent = await openLog({ name: 'test', output: { write: () => true } });

/** An instrument with this in its file, on a store in memory and a local bus of its own. */
async function instrument(text: string) {
  const folder = temporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  copyFileSync('examples/kv-store/kv-store.yaml', join(folder.path, 'kv-store.yaml'));
  writeFileSync(join(folder.path, 'instrument.yaml'), `name: lab\nbus: local:bus\n${text}`);
  const opened = await openInstrument(folder.path, { storeUrl: 'memory:', log: silent });
  onTestFinished(() => opened.close());
  const bus = await openBus(`local:${join(folder.path, 'bus')}`);
  onTestFinished(() => bus.close());
  return { instrument: opened, client: openClient({ bus }), bus };
}

const services = `
services:
  - file: kv-store.yaml
  - name: my_lab
    endpoints:
      - { name: setpoint, module: KeyValueStore, initial_value: 20, units: degC, get_on_set: true, log_on_set: true }
`;

test('services run beside the store, and what their endpoints log becomes sensors', async () => {
  const { instrument: lab, client } = await instrument(services);
  expect(lab.status().control).toMatchObject({
    bus: expect.stringMatching(/^local:.*\/bus$/),
    busState: 'connected',
    services: [
      { name: 'my_store', endpoints: 5 },
      { name: 'my_lab', endpoints: 1 },
    ],
  });
  expect(await client.set('chips', 2.5)).toMatchObject({ code: 0 });
  expect(await client.set('setpoint', 21)).toMatchObject({ code: 0 });
  await lab.state.waitKey('chips_raw', { timeoutMs: 10_000 });
  await lab.state.waitKey('setpoint', { timeoutMs: 10_000 });
  expect(await lab.state.get('chips', { exact: true })).toEqual(new Float(7.5));
  expect(await lab.state.get('chips_raw')).toBe('2.5');
  expect(await lab.state.get('setpoint')).toBe(21);
  expect(await lab.state.get('setpoint_units')).toBe('degC');
  const [sample] = await lab.state.getRange('setpoint', { start: 0 });
  expect(Math.abs((sample?.timeSeconds ?? 0) - Date.now() / 1000)).toBeLessThan(60);
  const { alerts } = lab.status().control ?? {};
  expect(alerts).toMatchObject({ losses: { slow: 0, failed: 0, unreachable: 0 } });
  await lab.close();
  expect(lab.status().control?.alerts.written).toBeGreaterThanOrEqual(3);
  await expect(client.get('setpoint')).rejects.toMatchObject({ code: 'ALI_BUS_UNROUTABLE' });
});

test('what cannot be a sample is counted with its reason, and the others are written', async () => {
  const text = 'state:\n  attributes: { taken: for ever }\n';
  const { instrument: lab, client } = await instrument(text);
  await client.alert('sensor_value.taken', { value_raw: 1 });
  await client.alert('sensor_value.empty', { value_raw: null });
  await client.alert('heartbeat.other', { name: 'other' });
  await client.alert('status_message.warning.other', 'hello');
  await client.alert('archive.list', { value_raw: [1, 2.5], value_cal: { a: 1 } });
  await client.alert('sensor_value.last', { value_raw: 5 });
  await lab.state.waitKey('last', { timeoutMs: 10_000 });
  await lab.close();
  expect(lab.status().control?.alerts).toMatchObject({ written: 3, losses: { failed: 2 } });
});

test('where a calibration fails the sensor has no sample, and no raw value among the calibrated ones', async () => {
  const { instrument: lab, client, bus } = await instrument(services);
  // Of an endpoint of the file, and of one of which only its alerts tell that it is calibrated.
  expect(await client.set('peaches', 'text')).toMatchObject({ code: 0 });
  await client.alert('sensor_value.other', { value_raw: 1, value_cal: 10 });
  await client.alert('sensor_value.other', { value_raw: 2 });
  await client.alert('sensor_value.other', { value_raw: 3, value_cal: null });
  const unreadable = { exchange: 'alerts', routingKey: 'sensor_value.x', properties: {} } as const;
  await bus.send({ ...unreadable, body: Buffer.from('{') });
  await client.alert('sensor_value.last', { value_raw: 5 });
  await lab.state.waitKey('last', { timeoutMs: 10_000 });
  const valuesOf = async (key: string) =>
    (await lab.state.getRange(key, { start: 0 })).map(({ value }) => value);
  expect(await lab.state.exists('peaches')).toBe(false);
  expect(await valuesOf('peaches_raw')).toEqual(['text']);
  expect(await valuesOf('other')).toEqual([10]);
  expect(await valuesOf('other_raw')).toEqual([1, 2, 3]);
  await lab.close();
  expect(lab.status().control?.alerts).toMatchObject({ written: 6, losses: { failed: 4 } });
});

test('the time of a sample is that of its sender, unless his clock is ahead', async () => {
  const { instrument: lab, bus } = await instrument('');
  const senderAt = (offsetMs: number) =>
    openClient({ bus, clock: { ...systemClock, nowMs: () => systemClock.nowMs() + offsetMs } });
  await senderAt(-3_600_000).alert('sensor_value.behind', { value_raw: 1 });
  await senderAt(3_600_000).alert('sensor_value.ahead', { value_raw: 1 });
  await lab.state.waitKey('ahead', { timeoutMs: 10_000 });
  const ageSeconds = async (key: string) =>
    Date.now() / 1000 - ((await lab.state.getRange(key, { start: 0 }))[0]?.timeSeconds ?? 0);
  expect(await ageSeconds('behind')).toBeGreaterThan(3_500);
  expect(await ageSeconds('ahead')).toBeGreaterThan(-60);
});

test('a name that another service has keeps the instrument from starting, and nothing stays behind', async () => {
  const { bus } = await instrument(services);
  const text = bus.location;
  const folder = temporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  writeFileSync(
    join(folder.path, 'instrument.yaml'),
    `name: second\nbus: ${text}\nservices:\n  - { name: first, endpoints: [] }\n  - { name: my_lab, endpoints: [] }\n`,
  );
  const start = openInstrument(folder.path, { storeUrl: 'memory:', log: silent });
  await expect(start).rejects.toMatchObject({ code: 'ALI_BUS_NAME_TAKEN' });
  await expect.poll(() => bus.queues()?.map(({ queue }) => queue)).not.toContain('first');
});

test('a start that is given up while a device starts stops the others, and nothing stays behind', async () => {
  const { bus } = await instrument('services: []\n');
  const folder = temporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  // The class runs in this process: it tells by events.
  writeFileSync(
    join(folder.path, 'device.mjs'),
    `import { Endpoint } from ${JSON.stringify(resolve('src/control/index.ts'))};
export class Device extends Endpoint {
  onStart() { if (this.name === 'silent') { tell('+silent'); return new Promise(() => {}); } }
  onStop() { tell('-' + this.name); }
}
const tell = (text) => process.emit('device', text);
`,
  );
  const device = (name: string) => `{ name: ${name}, module: Device, module_path: device.mjs }`;
  writeFileSync(
    join(folder.path, 'instrument.yaml'),
    `name: second\nbus: ${bus.location}\nservices:\n  - { name: first, endpoints: [${device('heater')}] }\n` +
      `  - { name: last, endpoints: [${device('pump')}, ${device('silent')}] }\n`,
  );
  const abort = new AbortController();
  const told: string[] = [];
  const events: NodeJS.EventEmitter = process;
  const onDevice = (text: string) => {
    told.push(text);
    if (text === '+silent') abort.abort();
  };
  events.on('device', onDevice);
  onTestFinished(() => void events.off('device', onDevice));
  const start = openInstrument(folder.path, { storeUrl: 'memory:', log: silent, signal: abort.signal });
  await expect(start).rejects.toMatchObject({ code: 'ALI_ABORTED' });
  expect(told).toEqual(['+silent', '-silent', '-pump', '-heater']);
  await expect.poll(() => bus.queues()?.map(({ queue }) => queue)).not.toContain('first');
});
