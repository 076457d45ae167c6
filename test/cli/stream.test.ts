/** `alidade stream`: what a terminal shows, what programs read, and how it ends. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { StreamFileReader, StreamFileWriter } from '../../src/bsread/index.ts';
import { pulse, pulseIdOf, range, TestConsumer, TestSource } from '../bsread/pulses.ts';
import { DispatcherServer } from '../bsread/support/dispatcher-server.ts';
import { buildCommand, finished, linesOf, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { RawPeer } from '../zmtp/peers/raw-peer.ts';
import { subscription } from '../zmtp/peers/wire.ts';

beforeAll(buildCommand, 120_000);

function shellOf(): Shell {
  const folder = temporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  return new Shell(folder.path);
}

function ended(child: ChildProcessWithoutNullStreams) {
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'close');
  });
  return child;
}

/** A simulated source on a free port. */
async function simulate(shell: Shell, ...args: readonly string[]) {
  const child = ended(shell.start('stream', 'simulate', '--port', '0', '--json', ...args));
  const lines = linesOf(child);
  const { address } = JSON.parse((await lines.next()).value) as { address: string };
  return { child, address, summary: async () => JSON.parse((await lines.next()).value) };
}

interface LogEntry {
  readonly level: string;
  readonly message: string;
}

/** A buffer on free ports, and what it logs. */
async function startBuffer(shell: Shell, ...args: readonly string[]) {
  const ports = ['-o', '0', '--status-port', '0', '--json'];
  const child = ended(shell.start('stream', 'buffer', ...args, ...ports));
  const entries: LogEntry[] = [];
  const lines = createInterface({ input: child.stderr });
  const found = (what: RegExp) =>
    new Promise<string>((resolve) => {
      const look = () => {
        const text = entries
          .map(({ message }) => what.exec(message)?.[1])
          .find((match) => match !== undefined);
        if (text !== undefined) resolve(text);
      };
      lines.on('line', look);
      look();
    });
  lines.prependListener('line', (line) => entries.push(JSON.parse(line)));
  return {
    child,
    entries,
    address: await found(/consumers connect to (\S+)/),
    status: await found(/status is at (\S+)/),
  };
}

test('simulate, buffer and receive, and what the buffer says of it', async () => {
  const shell = shellOf();
  const source = await simulate(shell, '--waveforms', '1', '--waveform-length', '3', '--images', '0');
  const buffer = await startBuffer(shell, source.address, '--buffer_length=50', '--log_level', 'DEBUG');
  const text = await shell.said('stream', 'receive', buffer.address, '-n', '3', '--json');
  const pulses = text.split('\n').map((line) => JSON.parse(line));
  expect(pulses).toHaveLength(3);
  const [{ pulse_id: first }] = pulses;
  expect(pulses.map(({ pulse_id: id }) => id)).toEqual([first, first + 1, first + 2]);
  expect(pulses[0].data['SIM:PULSE-ID']).toBe(first);
  expect(pulses[0].data['SIM:WAVEFORM-001']).toHaveLength(3);
  const status = await (await fetch(buffer.status)).json();
  expect(status).toMatchObject({
    state: 'running',
    ring: { maxMessages: 50 },
    inputs: [{ connected: true }],
    process: { residentBytes: expect.any(Number) },
  });
  expect(await (await fetch(buffer.status.replace('/status', '/metrics'))).text()).toContain(
    'alidade_stream_dropped_total{reason="overrun"}',
  );
  const shown = await shell.said('stream', 'receive', buffer.address, '-n', '1', '--channels', 'SIM:COUNTER');
  expect(shown).toMatch(/^pulse \d+ {2}\d{4}-\S+Z\n {2}SIM:COUNTER {2}uint32 {2}\d+$/);

  buffer.child.kill('SIGTERM');
  expect((await once(buffer.child, 'close'))[0]).toBe(0);
  expect(buffer.entries.at(-1)?.message).toMatch(/^ended: \d+ messages received, \d+ sent, some dropped$/);
  source.child.kill('SIGINT');
  expect(await source.summary()).toMatchObject({ missedPulses: expect.any(Number) });
  expect((await once(source.child, 'close'))[0]).toBe(0);
});

test('what is recorded is replayed byte for byte', async () => {
  const shell = shellOf();
  await using source = await TestSource.open();
  const messages = [
    pulse(1),
    pulse(2n ** 60n, { padBytes: 100_000 }),
    [Buffer.from('no message'), Buffer.from('of bsread')],
    pulse(3, { values: { A: undefined } }),
  ];
  const recording = ended(shell.start('stream', 'record', 'run.stream', source.address, '-n', '3'));
  for (const message of messages) await source.push.send(message);
  const recorded = await finished(recording);
  expect(recorded).toMatchObject({ status: 0, stdout: '4 messages in run.stream\n' });
  await shell.refused(5, 'stream', 'record', 'run.stream', source.address);

  const replay = ended(shell.start('stream', 'replay', 'run.stream', '--port', '0', '--speed', 'max'));
  const [waiting] = (await once(createInterface({ input: replay.stderr }), 'line')) as [string];
  await using consumer = new TestConsumer(/tcp:\S+/.exec(waiting)?.[0] ?? '');
  for (const message of messages) {
    const frames = await consumer.next();
    expect(Buffer.concat([...frames]).equals(Buffer.concat(message))).toBe(true);
    expect(frames).toHaveLength(message.length);
  }
  expect(await finished(replay)).toMatchObject({ status: 0, stdout: '4 messages sent\n' });
});

test('what a replay could not get to its receiver is told', async () => {
  const shell = shellOf();
  const file = await StreamFileWriter.create(join(shell.folder, 'run.stream'));
  // More than the system takes, and the queue of a subscriber beside it.
  for (let at = 0; at < 2; at++) await file.add({ timeNs: 0n, frames: [Buffer.alloc(24_000_000)] });
  await file.close();
  const replay = ended(shell.start('stream', 'replay', 'run.stream', '--port', '0', '--fan-out', 'pub'));
  const [waiting] = (await once(createInterface({ input: replay.stderr }), 'line')) as [string];
  const done = finished(replay);
  await using receiver = await RawPeer.connect(/tcp:\S+/.exec(waiting)?.[0] ?? '');
  await receiver.handshake('SUB');
  receiver.write(subscription(''));
  await receiver.read(1000);
  receiver.socket.destroy();
  const { status, stdout, stderr } = await done;
  expect([status, stdout]).toEqual([0, '1 message sent\n']);
  expect(stderr).toBe(
    'alidade: 1 message dropped: a receiver was too slow, or nobody was there any more\n' +
      'alidade: 1 message lost: the connection ended before all of it was written\n',
  );
});

test('a file that cannot grow ends the recording with an error, and has every message up to there', async () => {
  const shell = shellOf();
  await using source = await TestSource.open();
  void source.send(1, 40, { padBytes: 20_000 }).catch(() => undefined);
  // In units of 512 bytes, or of 1024.
  const limited = await shell.sh(
    `ulimit -f 400; exec alidade stream record run.stream ${source.address} -n 40`,
  );
  expect(limited.status).toBe(1);
  expect(limited.stderr).toMatch(/^alidade: writing run\.stream failed: .*\(ALI_FILE_FAILED\)\n$/);
  await using file = await StreamFileReader.open(join(shell.folder, 'run.stream'));
  const ids: number[] = [];
  for await (const { frames } of file) ids.push(pulseIdOf(frames));
  expect(ids.length).toBeGreaterThan(0);
  expect(ids).toEqual(range(1, ids.length));
  expect([file.damagedRecords, file.tornBytes]).toEqual([0, 0]);
});

test('a file that cannot grow ends the recording of what is no stream too', async () => {
  const shell = shellOf();
  await using source = await TestSource.open();
  for (let message = 0; message < 40; message++)
    void source.push.send(Buffer.alloc(20_000)).catch(() => undefined);
  const { status, stderr } = await shell.sh(
    `ulimit -f 400; exec alidade stream record run.stream ${source.address}`,
  );
  expect(status).toBe(1);
  expect(stderr).toMatch(/\nalidade: writing run\.stream failed: .*\(ALI_FILE_FAILED\)\n$/);
});

test('a stream is looked at: inspect, stats, and a picture of an image', async () => {
  const shell = shellOf();
  const shape = ['--scalars', '1', '--image-size', '40x30', '--rate', '200', '--fan-out', 'pub'];
  const source = await simulate(shell, ...shape, '--faults', 'gap', '--fault-every', '20');
  const sub = [source.address, '--mode', 'sub'];
  const [table, stats, inspected, drawn] = await Promise.all([
    shell.said('stream', 'inspect', ...sub, '-n', '30'),
    // So many that wherever it begins, three gaps lie between them; one right after the first is not known as one yet.
    shell.said('stream', 'stats', ...sub, '-n', '61', '--json'),
    shell.said('stream', 'inspect', ...sub, '-n', '5', '--json'),
    shell.said('stream', 'snapshot', ...sub, 'SIM:IMAGE-001', '--png', 'camera.png'),
  ]);
  expect(table).toMatch(/^tcp:\S+ {2}pulse \d+/);
  expect(table).toMatch(/^SIM:IMAGE-001 +uint16 40x30 +none +2\.4 kB +0 +\[/m);
  expect(table).toMatch(/pulses missing/);
  const analysis = JSON.parse(stats);
  expect(analysis).toMatchObject({ messages: 61, step: 1, duplicates: 0 });
  expect([2, 3]).toContain(analysis.gaps);
  expect(analysis.missingPulses).toBe(3 * analysis.gaps);
  expect(JSON.parse(inspected).channels.at(-1)).toMatchObject({ name: 'SIM:IMAGE-001', bytes: 2400 });
  expect(drawn).toMatch(/^camera\.png: SIM:IMAGE-001 of pulse \d+, 40 x 30, from \d+ to \d+$/);
  const png = readFileSync(join(shell.folder, 'camera.png'));
  expect([png.toString('latin1', 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual(['PNG', 40, 30]);
  await shell.refused(3, 'stream', 'snapshot', ...sub, 'NOT-THERE', '--png', 'x.png');
  await shell.refused(2, 'stream', 'snapshot', ...sub, 'SIM:COUNTER', '--png', 'x.png');
});

test('what a buffer had when it was told to end, a consumer that is there still gets', async () => {
  const shell = shellOf();
  await using source = await TestSource.open();
  const buffer = await startBuffer(shell, source.address, '-b', '500');
  await source.send(0, 199, { padBytes: 100_000 });
  const buffered = async () => (await fetch(buffer.status)).json();
  await expect.poll(buffered).toMatchObject({ bufferedPulses: 200 });
  const consumer = new TestConsumer(buffer.address);
  await consumer.next();
  buffer.child.kill('SIGINT');
  expect(await consumer.ids(199)).toEqual(range(1, 199));
  expect((await once(buffer.child, 'close'))[0]).toBe(0);
  expect(buffer.entries.at(-1)?.message).toBe('ended: 200 messages received, 200 sent, none dropped');
  await consumer[Symbol.asyncDispose]();
});

test('a port in use, for consumers or for status, is a clear error and exit status 1, and takes no pulse', async () => {
  const shell = shellOf();
  await using sender = await TestSource.open();
  // Waits until somebody takes them.
  const sending = sender.send(1, 3);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const source = sender.address;
  const lastLine = (text: string) => text.trimEnd().split('\n').at(-1);
  const output = await shell.alidade('stream', 'buffer', source, '-o', String(port));
  expect([output.status, lastLine(output.stderr)]).toEqual([
    1,
    expect.stringMatching(
      new RegExp(`^alidade: cannot listen on tcp://127.0.0.1:${port}: .*\\(ALI_ADDRESS\\)$`),
    ),
  ]);
  const status = await shell.alidade('stream', 'buffer', source, '-o', '0', '--status-port', String(port));
  expect([status.status, lastLine(status.stderr)]).toEqual([
    1,
    expect.stringMatching(new RegExp(`^alidade: cannot serve HTTP on 127.0.0.1:${port}: .*--status-port.*$`)),
  ]);
  await using consumer = new TestConsumer(source);
  expect(await consumer.ids(3)).toEqual([1, 2, 3]);
  await sending;
});

test('sf_bsread_buffer is the same program, with the options as they are spelled there', async () => {
  const shell = shellOf();
  await using source = await TestSource.open();
  const program = new URL('../../bin/sf-bsread-buffer.cjs', import.meta.url).pathname;
  const options = `--output_port 0 --buffer_length 5 --log_level INFO --analyzer --status-port 0`;
  const child = ended(shell.startLine(`exec ${process.execPath} ${program} ${source.address} ${options}`));
  const lines = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
  const { value: first = '' } = await lines.next();
  await using consumer = new TestConsumer(/tcp:\S+/.exec(first)?.[0] ?? '');
  await source.push.send(pulse(5));
  expect(pulseIdOf(await consumer.next())).toBe(5);
  child.kill('SIGTERM');
  expect((await once(child, 'close'))[0]).toBe(0);
});

test('the dispatching layer: channels, a stream of some, a buffer of a file of them', async () => {
  const shell = shellOf();
  await using dispatcher = await DispatcherServer.start([
    { name: 'SIN', type: 'float64' },
    { name: 'COUNT', type: 'int32' },
    { name: 'IMAGE', type: 'uint16', shape: [4, 3] },
  ]);
  const at = ['--dispatcher', dispatcher.url];
  expect(await shell.said('stream', 'channels', 'i[mn]', ...at)).toMatch(
    /^SIN {2}float64.*\nIMAGE {2}uint16 4x3/,
  );
  const address = await shell.said('stream', 'request', 'SIN', 'COUNT', ...at);
  expect(address).toMatch(/^tcp:/);
  await shell.said('stream', 'release', address, ...at);
  expect(dispatcher.streams.size).toBe(0);

  writeFileSync(join(shell.folder, 'channels.json'), '["SIN", {"name": "COUNT", "modulo": 10}]');
  const buffer = await startBuffer(shell, '--channels_file', 'channels.json', ...at);
  expect(JSON.parse(dispatcher.requests.at(-1)?.body ?? '')).toMatchObject({
    channels: [{ name: 'SIN' }, { name: 'COUNT', modulo: 10 }],
    streamType: 'pub_sub',
  });
  await using consumer = new TestConsumer(buffer.address);
  const [sender] = [...dispatcher.streams.values()];
  await expect.poll(() => sender?.send({ SIN: 0.5, COUNT: 7n })).toBe('sent');
  expect(await consumer.ids(1)).toEqual([expect.any(Number)]);

  // It drops the stream, as one that was idle.
  await sender?.close();
  dispatcher.streams.clear();
  await expect.poll(() => dispatcher.streams.size).toBe(1);
  const [again] = [...dispatcher.streams.values()];
  await expect.poll(() => again?.send({ SIN: 0.5, COUNT: 7n })).toBe('sent');
  expect(await consumer.ids(1)).toEqual([expect.any(Number)]);
  buffer.child.kill('SIGTERM');
  expect((await once(buffer.child, 'close'))[0]).toBe(0);
  expect(dispatcher.streams.size).toBe(0);
  await shell.refused(2, 'stream', 'request', ...at);
  await shell.refused(2, 'stream', 'buffer', '-c', 'nothing.json', ...at);
});

test('mistakes are told with a status of their own', async () => {
  const shell = shellOf();
  expect(await shell.refused(2, 'stream', 'receive', 'not an address')).toContain('ALI_ENDPOINT');
  expect(await shell.refused(2, 'stream', 'buffer')).toContain('needs the address of a source');
  expect(await shell.refused(2, 'stream', 'buffer', '1', '--log-level', 'LOUD')).toContain('ALI_USAGE');
  expect(await shell.refused(2, 'stream', 'simulate', '--faults', 'flood')).toContain('gap, duplicate');
  expect(await shell.refused(3, 'stream', 'replay', 'nothing.stream')).toContain('ALI_NOT_FOUND');
  await using source = await TestSource.open();
  expect(await shell.refused(4, 'stream', 'receive', source.address, '--timeout', '50ms')).toContain('50 ms');
});
