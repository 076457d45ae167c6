/** `alidade up`, the built command, as people and programs run it. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { buildCommand, finished, linesOf, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { freePort } from '../support/free-port.ts';
import { RedisServer } from '../support/redis-server.ts';

const telescope = resolve(import.meta.dirname, '../../examples/telescope');

beforeAll(buildCommand, 120_000);

/** On a busy machine samples come too late, or too fast for the store; nothing else may cost one. */
const lost = '[\\d ]+ lost(?: \\((?:(?:store too slow|too late) [\\d ]+, )+the last at [\\d:]+\\))?';

/** A shell in a folder of its own, with the example beside it. */
function shellWithTelescope() {
  const folder = temporaryFolder();
  cpSync(telescope, join(folder.path, 'telescope'), { recursive: true });
  const shell = new Shell(folder.path);
  return { shell, path: folder.path, [Symbol.dispose]: folder[Symbol.dispose] };
}

/** An instrument that runs; it is killed at the end if it still does. */
class Running implements AsyncDisposable {
  readonly child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor(shell: Shell, ...args: readonly string[]) {
    this.child = shell.start('up', ...args);
    this.#lines = linesOf(this.child);
  }

  /** The lines up to the first one that matches. */
  async until(pattern: RegExp): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const { done, value } = await this.#lines.next();
      if (done) throw new Error(`no line matched ${pattern} in:\n${lines.join('\n')}`);
      lines.push(value);
      if (pattern.test(value)) return lines;
    }
  }

  /** Sends a signal; gives the exit status and the remaining lines. */
  async end(signal: 'SIGINT' | 'SIGTERM'): Promise<{ status: number | null; lines: string[] }> {
    const exit = once(this.child, 'exit') as Promise<[number | null]>;
    this.child.kill(signal);
    const lines: string[] = [];
    for (let next = await this.#lines.next(); !next.done; next = await this.#lines.next())
      lines.push(next.value);
    const [status] = await exit;
    return { status, lines };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }
}

const samplesOf = (table: readonly string[], sensor: string) =>
  Number(
    table
      .find((line) => line.startsWith(`${sensor} `))
      ?.split(/ {2,}/)
      .at(-1)
      ?.replaceAll(' ', ''),
  );

test('the example runs, other processes see its data, Ctrl-C ends it, and a second start finds all again', async () => {
  using place = shellWithTelescope();
  const { shell, path } = place;
  await using first = new Running(shell, 'telescope');
  const table = await first.until(/^Ctrl-C/);
  expect(table).toContain('snapshot: 31 keys loaded, 0 already there');
  expect(table).toContain(`store: sqlite:${path}/.alidade`);
  expect(samplesOf(table, 'wind_speed')).toBeGreaterThan(0);
  expect(table).toContainEqual(expect.stringMatching(new RegExp(`samples/s, .* ${lost}$`)));

  // Every command that it proposes works as it stands.
  const proposed = table.filter((line) => line.startsWith('  alidade ')).map((line) => line.trim());
  expect(proposed).toHaveLength(3);
  for (const command of proposed) {
    const words = command.split(' ').slice(1);
    const child = shell.start(...words);
    const { value } = await linesOf(child).next();
    child.kill('SIGINT');
    await once(child, 'close');
    expect(value, command).toMatch(/\d\.\d/);
  }
  const wind = await shell.alidade('state', 'get', 'wind_speed');
  expect(Number(wind.stdout)).toBeGreaterThan(0);
  expect((await shell.alidade('state', 'get', 'imm7')).stdout).toBe('7\n');
  await shell.alidade('state', 'delete', 'observer');
  await shell.alidade('state', 'set', 'observer', 'Grace Hopper');

  const { status, lines } = await first.end('SIGINT');
  expect(status).toBe(0);
  expect(lines.at(-1)).toMatch(
    new RegExp(`^Stopped. The data are in sqlite:${path}/.alidade: [\\d ]+ samples written, ${lost}\\.$`),
  );

  await using second = new Running(shell, 'telescope');
  const again = await second.until(/^Ctrl-C/);
  expect(again).toContain('snapshot: 0 keys loaded, 31 already there');
  expect(again).toContainEqual(expect.stringMatching(/^kept as they are.*: observer$/));
  expect(samplesOf(again, 'wind_speed')).toBeGreaterThan(samplesOf(table, 'wind_speed'));
  expect((await shell.alidade('state', 'get', 'observer')).stdout).toBe('Grace Hopper\n');
  expect((await second.end('SIGTERM')).status).toBe(0);
}, 60_000);

test('a second one on the same store is refused, and takes over at once from one that was killed', async () => {
  using place = shellWithTelescope();
  const { shell } = place;
  await using first = new Running(shell, 'telescope');
  await first.until(/^store: /);
  const refused = await shell.alidade('up', 'telescope', '--for', '1s');
  expect(refused).toMatchObject({ status: 5, stdout: '' });
  expect(refused.stderr).toMatch(/runs already on .* in process \d+ .*--store.*\(ALI_INSTRUMENT_RUNNING\)/);

  const exit = once(first.child, 'exit');
  first.child.kill('SIGKILL');
  await exit;
  expect(await shell.alidade('up', 'telescope', '--for', '0s', '--quiet')).toMatchObject({ status: 0 });
}, 60_000);

test('services and streams run in it, what of them is lost the end tells, and one that was killed starts again', async () => {
  using folder = temporaryFolder();
  const shell = new Shell(folder.path);
  const port = await freePort();
  const text = `name: lab
services:
  - name: my_lab
    endpoints:
      - { name: setpoint, module: KeyValueStore, initial_value: 20, calibration: '2*{}', get_on_set: true, log_on_set: true }
streams:
  - { name: machine, simulate: { port: ${port}, scalars: 1 } }
`;
  const file = join(folder.path, 'instrument.yaml');
  writeFileSync(file, text);
  await using first = new Running(shell, '.');
  expect(await first.until(/^store: /)).toEqual(
    expect.arrayContaining([
      `services: my_lab with 1 endpoint, on local:${folder.path}/.alidade`,
      `streams: machine (simulated) at tcp://127.0.0.1:${port}`,
    ]),
  );
  const killed = once(first.child, 'exit');
  first.child.kill('SIGKILL');
  await killed;

  await using second = new Running(shell, '.');
  await second.until(/^store: /);
  await shell.said('control', 'set', 'setpoint', 'text');
  expect(await shell.said('control', 'set', 'setpoint', '21')).toContain("'value_cal': 42");
  await shell.said('state', 'wait', 'setpoint', '--timeout', '10');
  const { status, lines } = await second.end('SIGTERM');
  expect(status).toBe(0);
  expect(lines.at(-1)).toMatch(
    /3 samples written, 1 lost \(failed 1, .*Last fault: setpoint: its alert has no calibrated value\.$/,
  );

  writeFileSync(file, text.replace('KeyValueStore', 'KeyValueStor'));
  expect(await shell.refused(2, 'up', '.')).toMatch(
    /instrument\.yaml:5:\d+: .*did you mean 'KeyValueStore'\?/,
  );
}, 60_000);

test('--json gives an object a line, --for ends it, --store is where it says', async () => {
  using place = shellWithTelescope();
  const { shell, path } = place;
  const { status, stdout } = await shell.alidade(
    'up',
    'telescope',
    '--json',
    '--for',
    '1.5s',
    '--store',
    'sqlite:mine',
  );
  expect(status).toBe(0);
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(events.map(({ event }) => event)).toEqual(['started', 'status', 'stopped']);
  expect(events[0]).toMatchObject({ store: `sqlite:${path}/mine`, snapshot: { loaded: 31, inPlace: 0 } });
  expect(events[1]).toMatchObject({ losses: { slow: 0, late: 0, failed: 0, unreachable: 0 } });
  expect(events[1]?.sensors).toContainEqual(
    expect.objectContaining({
      name: 'wind_speed',
      units: 'm/s',
      value: expect.any(Number),
      samples: expect.any(Number),
    }),
  );
  const keys = await shell.alidade('state', 'keys', 'wind_*', '--store', 'sqlite:mine');
  expect(keys.stdout).toContain('wind_speed_units');
}, 60_000);

test('--for takes months, which no timer of Node.js does', async () => {
  using place = shellWithTelescope();
  await using running = new Running(place.shell, 'telescope', '--json', '--for', '60d', '--store', 'memory:');
  const events = (await running.until(/"event":"(?:status|stopped)"/)).map(
    (line) => (JSON.parse(line) as { event: string }).event,
  );
  expect(events).toEqual(['started', 'status']);
  expect((await running.end('SIGINT')).status).toBe(0);
}, 60_000);

test('the commands it proposes name the store that the environment named', async () => {
  using place = shellWithTelescope();
  const shell = new Shell(place.path, { ALIDADE_STORE: 'sqlite:mine' });
  await using running = new Running(shell, 'telescope');
  const table = await running.until(/^Ctrl-C/);
  const proposed = table.filter((line) => line.startsWith('  alidade ')).map((line) => line.trim());
  expect(proposed[0]).toBe('alidade state get wind_speed --store sqlite:mine');
  expect((await running.end('SIGINT')).status).toBe(0);
}, 60_000);

test('a store in memory ends with it, and no command is proposed that could not see it', async () => {
  using place = shellWithTelescope();
  await using running = new Running(place.shell, 'telescope', '--store', 'memory:');
  const table = await running.until(/^Ctrl-C/);
  expect(table.at(-1)).toBe('Ctrl-C ends it, and the data with it.');
  expect(table.join('\n')).not.toContain('alidade state');
  const { lines } = await running.end('SIGINT');
  expect(lines.at(-1)).toContain('were in memory and are gone');
}, 60_000);

test('what another process writes is seen, also of a sensor that only the file names', async () => {
  using folder = temporaryFolder();
  const shell = new Shell(folder.path);
  writeFileSync(join(folder.path, 'instrument.yaml'), 'name: a\nstate: { sensors: { visitors: } }\n');
  await using running = new Running(shell, '--json');
  await running.until(/"status"/);
  await shell.alidade('state', 'add', 'visitors', '12');
  await shell.alidade('state', 'add', 'visitors', '13');
  const [line] = (await running.until(/"value":13/)).slice(-1);
  expect(JSON.parse(String(line))).toMatchObject({ written: 0, sensors: [{ name: 'visitors', samples: 2 }] });
}, 60_000);

test('a server that goes away is told, and that it came back empty; gone in the end, the status is 1', async () => {
  using place = shellWithTelescope();
  const server = await RedisServer.start();
  await using _server = { [Symbol.asyncDispose]: () => server.close() };
  await using running = new Running(place.shell, 'telescope', '--json', '--store', server.url);
  await running.until(/"name":"wind_speed"[^}]*"value"/);
  await server.kill();
  const away = (await running.until(/"unreachable":[1-9].*"storeAwaySinceSeconds"/)).at(-1);
  expect(JSON.parse(String(away))).toMatchObject({
    losses: { slow: 0, failed: 0 },
    lastFault: expect.any(String),
  });
  await server.start();
  const back = (await running.until(/"emptiedSeconds"/)).at(-1);
  expect(JSON.parse(String(back))).not.toHaveProperty('storeAwaySinceSeconds');
  await server.kill();
  await running.until(/"storeAwaySinceSeconds".*"sensors"/);
  const { status, lines } = await running.end('SIGINT');
  expect(JSON.parse(String(lines.at(-1)))).toMatchObject({ event: 'stopped', lastFault: expect.any(String) });
  expect(status).toBe(1);
}, 60_000);

test('--quiet says nothing', async () => {
  using place = shellWithTelescope();
  const result = await place.shell.alidade(
    'up',
    'telescope',
    '--quiet',
    '--for',
    '100ms',
    '--store',
    'memory:',
  );
  expect(result).toEqual({ status: 0, stdout: '', stderr: '' });
}, 60_000);

test('a bad file ends with 2 and its place, and makes no store', async () => {
  using folder = temporaryFolder();
  const shell = new Shell(folder.path);
  writeFileSync(join(folder.path, 'instrument.yaml'), 'name: a\nstate:\n  sensrs: {}\n');
  expect(await shell.alidade('up')).toEqual({
    status: 2,
    stdout: '',
    stderr:
      "alidade: instrument.yaml:3:3: unknown name 'sensrs' in state; did you mean 'sensors'? (ALI_INSTRUMENT)\n",
  });
  expect(await shell.alidade('up', 'nowhere')).toMatchObject({ status: 2 });
  expect((await shell.sh('ls -d .alidade')).status).not.toBe(0);
});

test('help shows an example', async () => {
  using folder = temporaryFolder();
  const shell = new Shell(folder.path);
  const { status, stdout } = await shell.alidade('up', '--help');
  expect(status).toBe(0);
  expect(stdout).toContain('$ alidade up examples/telescope');
});

test('the list of a pipe that nobody reads any more ends it', async () => {
  using place = shellWithTelescope();
  const child = place.shell.start('up', 'telescope', '--json', '--for', '30s', '--store', 'memory:');
  const { value } = await linesOf(child).next();
  expect(JSON.parse(String(value))).toMatchObject({ event: 'started', store: 'memory:' });
  child.stdout.destroy();
  expect((await finished(child)).status).toBe(0);
}, 60_000);
