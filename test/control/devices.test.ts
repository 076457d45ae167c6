import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkFile, type Endpoint, float, makeService, readServiceFile } from '../../src/control/index.ts';
import { Attached, requestOf } from './attached.ts';

/** A supply that knows VOLT, OUTP and *IDN?, and does not answer MUTE?. */
class Supply {
  readonly heard: string[] = [];
  readonly sockets = new Set<Socket>();
  #voltage = '0.00';
  #wake = () => {};
  readonly #server = createServer((socket) => {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => {});
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
        this.#hear(text.slice(0, end), socket);
        text = text.slice(end + 1);
      }
    });
  });

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    onTestFinished(() => {
      for (const socket of this.sockets) socket.destroy();
      this.#server.close();
    });
    return (this.#server.address() as AddressInfo).port;
  }

  async hears(command: string): Promise<void> {
    while (!this.heard.includes(command)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #hear(command: string, socket: Socket): void {
    this.heard.push(command);
    const voltage = /^VOLT (\S+?)(?:;|$)/.exec(command)?.[1];
    if (voltage !== undefined) this.#voltage = Number(voltage).toFixed(2);
    if (command === 'BREAK?') socket.destroy();
    else if (command !== 'MUTE?') socket.write(`${this.#answer(command)}\r\n`);
    this.#wake();
  }

  #answer(command: string): string {
    if (command === '*OPC?' || command.endsWith(';*OPC?')) return '1';
    if (command === '*IDN?') return 'ACME,PS-1,0042,1.7';
    return this.#voltage;
  }
}

const endpointsOf = (port: number) => `
name: lab
module: EthernetSCPIService
socket_info: "('127.0.0.1', ${port})"
socket_timeout: 2
cmd_at_reconnect: ['*OPC?']
reconnect_test: 1
dripline_mesh: {broker: localhost}
endpoints:
  - {name: volt, module: SimpleSCPIEntity, base_str: VOLT, calibration: '1000*{}'}
  - {name: volt_get, module: SimpleSCPIGetEntity, base_str: VOLT}
  - {name: trip, module: SimpleSCPISetEntity, base_str: TRIP}
  - {name: serial, module: FormatEntity, get_str: '*IDN?', extract_raw_regex: '^.*,.*,(?P<value_raw>[0-9]+),'}
  - {name: model, module: FormatEntity, get_str: '*IDN?', extract_raw_regex: 'XYZ([0-9]+)'}
  - {name: output, module: FormatEntity, set_str: 'OUTP {};*OPC?', set_value_map: {"on": 1, "off": 0, 1: 1, 0: 0}}
  - {name: mute, module: FormatEntity, get_str: 'MUTE?'}
  - {name: broken, module: FormatEntity, get_str: 'BREAK?'}
`;

async function lab() {
  const supply = new Supply();
  const port = await supply.listen();
  const folder = mkdtempSync(join(tmpdir(), 'alidade-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'lab.yaml');
  writeFileSync(file, endpointsOf(port));
  const { options } = await makeService(readServiceFile(file));
  const attached = new Attached(options.root, ...options.endpoints);
  onTestFinished(() => void options.root.onStop());
  const named = (name: string) => options.endpoints.find((one) => one.name === name) as Endpoint;
  return { supply, port, file, attached, named, root: options.root };
}

const get = (endpoint: Endpoint) => endpoint.answerGet(requestOf(endpoint.name));
const set = (endpoint: Endpoint, value: string | number | boolean) =>
  endpoint.answerSet(value, requestOf(endpoint.name));

test('a value is set and asked for by SCPI, and calibrated', async () => {
  const { supply, named } = await lab();
  expect(await set(named('volt'), 1.5)).toBe('1.50');
  expect(await get(named('volt'))).toEqual({ value_raw: '1.50', value_cal: float(1500) });
  expect(supply.heard).toEqual(['*OPC?', 'VOLT 1.5;VOLT?', 'VOLT?']);
});

test('what can only be asked for is not set, and the other way round', async () => {
  const { supply, named } = await lab();
  await expect((async () => set(named('volt_get'), 1))()).rejects.toThrow('does not support set');
  expect(await set(named('trip'), 3)).toBe('1');
  await expect(get(named('trip'))).rejects.toThrow('does not support get');
  expect(supply.heard).toEqual(['*OPC?', 'TRIP 3;*OPC?']);
});

test('a regular expression takes the raw value out of a reply; where it finds none, that is said', async () => {
  const { named } = await lab();
  expect(await get(named('serial'))).toEqual({ value_raw: '0042' });
  await expect(get(named('model'))).rejects.toMatchObject({ code: 200 });
});

test('a value map has words and numbers, of any case; what it lacks is not sent', async () => {
  const { supply, named } = await lab();
  for (const value of ['ON', 'off', 1, '0', true]) await set(named('output'), value);
  expect(supply.heard.slice(1)).toEqual([1, 0, 1, 0, 1].map((one) => `OUTP ${one};*OPC?`));
  await expect(set(named('output'), 'maybe')).rejects.toMatchObject({
    code: 304,
    message: "output takes 'on', 'off', 1, 0, not 'maybe'",
  });
});

test('a value cannot bring a second command with it', async () => {
  const { supply, named } = await lab();
  for (const value of ['5\nOUTP 1', '5\r\n', '\0']) {
    await expect((async () => set(named('volt'), value))()).rejects.toMatchObject({ code: 304 });
  }
  expect(supply.heard).toEqual([]);
});

test('a device that does not answer is 202 in time, and a late reply is not taken for the next', async () => {
  const { supply, attached, named } = await lab();
  await get(named('volt'));
  const mute = get(named('mute'));
  const waiting = get(named('volt'));
  await supply.hears('MUTE?');
  attached.clock.advance(2000);
  await expect(mute).rejects.toMatchObject({ code: 202 });
  expect(await waiting).toMatchObject({ value_raw: '0.00' });
  expect(supply.heard).toEqual(['*OPC?', 'VOLT?', 'MUTE?', '*OPC?', 'VOLT?']);
});

test('what waited too long for a device behind the commands of others is never sent', async () => {
  const { supply, attached, named } = await lab();
  await get(named('volt'));
  const mute = get(named('mute'));
  const late = set(named('volt'), 9);
  await supply.hears('MUTE?');
  attached.clock.advance(9000);
  await expect(mute).rejects.toMatchObject({ code: 202 });
  await expect(late).rejects.toMatchObject({
    code: 305,
    message: 'lab was busy for 9 s with the commands of others: this was not sent',
  });
  expect(await get(named('volt'))).toMatchObject({ value_raw: '0.00' });
});

test('a connection that was closed meanwhile is made again, and the recovery is said', async () => {
  const { supply, attached, named } = await lab();
  await get(named('volt'));
  const [socket] = supply.sockets;
  socket?.destroy();
  if (socket !== undefined) await once(socket, 'close');
  expect(await get(named('volt'))).toMatchObject({ value_raw: '0.00' });
  await expect(get(named('broken'))).rejects.toMatchObject({ code: 201 });
  expect(supply.heard.filter((command) => command === 'BREAK?')).toHaveLength(2);
  expect(await get(named('volt'))).toMatchObject({ value_raw: '0.00' });
  expect(attached.said.join('\n')).toContain('broke');
});

test('a device that is not there is 201, and the service lives', async () => {
  const { root } = await lab();
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const folder = mkdtempSync(join(tmpdir(), 'alidade-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a.yaml'), endpointsOf(port));
  const { options } = await makeService(readServiceFile(join(folder, 'a.yaml')));
  new Attached(options.root, ...options.endpoints);
  await expect(get(options.endpoints[0] as Endpoint)).rejects.toMatchObject({ code: 201 });
  expect(root.name).toBe('lab');
});

test('commands that are sent to the provider itself are joined in one reply', async () => {
  const { root } = await lab();
  expect(await root.onSend(['VOLT 2', '*IDN?'], requestOf('lab'))).toBe('2.00;ACME,PS-1,0042,1.7');
});

test('the check knows these classes, and that they need a provider', async () => {
  const { file } = await lab();
  expect(checkFile(file).endpoints.filter(({ isFault }) => isFault)).toEqual([]);
  writeFileSync(file, 'name: s\nendpoints:\n  - {name: volt, module: SimpleSCPIEntity, base_str: VOLT}\n');
  expect(checkFile(file).endpoints[1]?.notes[0]).toContain('under the endpoints of a provider');
  await expect(makeService(readServiceFile(file))).rejects.toThrow(/lab\.yaml:3:5: volt talks to a device/);
});
