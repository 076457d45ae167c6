import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { keptLog, TestConsumer } from '../../test/bsread/pulses.ts';
import { freePort } from '../../test/support/free-port.ts';
import { openInstrument } from './instrument.ts';
import { readDefinition } from './read-definition.ts';

function file(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'alidade-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'instrument.yaml');
  writeFileSync(path, text);
  return path;
}

test('a simulated source goes through a buffer, and its scalars are sensors', async () => {
  const [source, output, status] = [await freePort(), await freePort(), await freePort()];
  const path = file(`
name: beamline
streams:
  - name: machine
    simulate: { port: ${source}, rate: 200, waveforms: 0, images: 0 }
  - name: beam
    buffer:
      from: machine
      port: ${output}
      length: 20
      statusPort: ${status}
      sensors:
        - { channel: 'SIM:CHARGE', sensor: charge, rate: 1000 }
        - SIM:PULSE-ID
state:
  sensors:
    charge: { units: pC }
`);
  await using instrument = await openInstrument(path, { storeUrl: 'memory:', log: keptLog() });
  const { state, definition } = instrument;
  expect(definition.sensors.map(({ name }) => name)).toEqual(['charge', 'SIM:PULSE-ID']);
  await state.waitKey('charge', { timeoutMs: 10_000 });
  await state.waitKey('SIM:PULSE-ID', { timeoutMs: 10_000 });
  const [sample] = await state.getRange('charge', { start: 0 });
  expect(sample?.value).toBeGreaterThan(150);
  expect(Math.abs((sample?.timeSeconds ?? 0) - Date.now() / 1000)).toBeLessThan(30);
  expect(await state.get('charge_units')).toBe('pC');

  await using consumer = new TestConsumer(`tcp://127.0.0.1:${output}`);
  const [first = 0, second] = await consumer.ids(2);
  expect(second).toBe(first + 1);
  const served = await (await fetch(`http://127.0.0.1:${status}/status`)).json();
  expect(served).toMatchObject({ state: 'running', ring: { maxMessages: 20 } });
  const { streams, written } = instrument.status();
  expect(written).toBeGreaterThan(1);
  expect(streams).toMatchObject({
    streams: [
      { name: 'machine', kind: 'simulated', isOpen: false },
      { name: 'beam', kind: 'buffer', isOpen: false, isConnected: true, consumers: 1, missingPulses: 0 },
    ],
    sensors: { losses: { slow: 0, late: 0, failed: 0, unreachable: 0 } },
  });
  expect(() => JSON.stringify(instrument.status())).not.toThrow();
});

test('a port in use ends the start, and nothing stays behind', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const source = await freePort();
  const text = (output: number) =>
    `name: x\nstreams:\n  - {name: a, simulate: {port: ${source}}}\n  - {name: b, buffer: {from: a, port: ${output}}}\n`;
  const open = (output: number) =>
    openInstrument(file(text(output)), { storeUrl: 'memory:', log: keptLog() });
  await expect(open(port)).rejects.toThrow(expect.objectContaining({ code: 'ALI_ADDRESS' }));
  await (await open(await freePort())).close();
});

test.each([
  ['- {name: a}', /streams\.0 is a map; expected a map with name, and simulate or buffer/],
  [
    '- {name: a, simulate: {port: 1, rat: 5}}',
    /unknown name 'rat' in streams\.0\.simulate; did you mean 'rate'/,
  ],
  ['- {name: a, buffer: {from: b, port: 1}}', /'b' is neither tcp:\/\/HOST:PORT nor a simulated stream/],
  [
    '- {name: a, buffer: {from: ["tcp://x:1", "tcp://y:1", "tcp://x:1"], port: 1}}',
    /streams\.0\.buffer\.from\.2: 'tcp:\/\/x:1' is named twice/,
  ],
  ['- {name: a, buffer: {from: "tcp://x:1", port: 70000}}', /expected a port, a number from 1 to 65535/],
  ['- {name: a, buffer: {from: "tcp://x:1", port: 1, lateness: soon}}', /a length of time such as 200ms/],
  [
    '- {name: a, simulate: {port: 7}}\n  - {name: b, buffer: {from: a, port: 7}}',
    /port 7 is that of 'a' already/,
  ],
  ['- {name: a, simulate: {port: 7}}\n  - {name: a, simulate: {port: 8}}', /there are two streams 'a'/],
  [
    '- {name: a, buffer: {from: "tcp://x:1", port: 1, sensors: [taken]}}',
    /the key 'taken' is used already in this file/,
  ],
])('a fault in the file is told with its place: %s', (streams, message) => {
  const text = `name: x\nstreams:\n  ${streams}\nstate:\n  attributes: {taken: 1}\n`;
  expect(() => readDefinition(file(text))).toThrow(message);
  expect(() => readDefinition(file(text))).toThrow(/instrument\.yaml:\d+:\d+: /);
});
