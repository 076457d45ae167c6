import { existsSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Bus, type BusEvent, openBus } from '../../src/bus/index.ts';
import { runtimeFolder } from '../../src/ipc/index.ts';
import { answering, listen, message, textOf } from '../contract/bus/context.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type Program, runProgram } from '../support/program.ts';

const serviceFile = new URL('programs/bus-service.ts', import.meta.url);
const monitorFile = new URL('programs/bus-monitor.ts', import.meta.url);
const timeoutMs = 10_000;

async function run(file: URL, ...args: string[]): Promise<Program> {
  const program = runProgram(file, args);
  expect(await program.line()).toBe('ready');
  return program;
}

const socketsIn = (folder: string) =>
  existsSync(runtimeFolder(folder)) ? readdirSync(runtimeFolder(folder)) : [];

test('who waits for a service that is killed is told at once, and its name is free', async () => {
  using folder = temporaryFolder();
  const url = `local:${folder.path}`;
  await using bus = await openBus(url);
  await using first = await run(serviceFile, url, 'store');
  const asked = Promise.allSettled([
    bus.request(message('store', 'silent'), { timeoutMs: 60_000 }),
    bus.request(message('store', 'silent'), { timeoutMs: 60_000 }),
  ]);
  expect([await first.line(), await first.line()]).toEqual(['took', 'took']);
  first.child.kill('SIGKILL');
  for (const outcome of await asked) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ALI_BUS_CUT' } });
    expect(String((outcome as PromiseRejectedResult).reason)).toContain(String(first.child.pid));
  }
  await using second = await run(serviceFile, url, 'store');
  const [reply] = await bus.request(message('store'), { timeoutMs });
  expect(reply && textOf(reply)).toBe('store');
  expect(await second.line()).toBe('took');
});

test('a broadcast is over when all who had it have replied or ended', async () => {
  using folder = temporaryFolder();
  const url = `local:${folder.path}`;
  await using bus = await openBus(url);
  await using service = await run(serviceFile, url, 'store');
  const asked = bus.request(message('store', 'silent'), { timeoutMs: 60_000, gather: true });
  await service.line();
  service.child.kill('SIGKILL');
  expect(await asked).toEqual([]);
});

test('killed processes leave nothing that stops the next, and their sockets are taken away', async () => {
  using folder = temporaryFolder();
  const url = `local:${folder.path}`;
  const names = ['one', 'two', 'three', 'four'];
  const killed = await Promise.all(names.map((name) => run(serviceFile, url, name)));
  for (const program of killed) program.child.kill('SIGKILL');
  await Promise.all(killed.map((program) => program.ended));
  expect(socketsIn(folder.path).length).toBeGreaterThan(0);
  await using bus = await openBus(url);
  for (const name of names)
    await listen(bus, { queue: name, bindings: [{ exchange: 'requests', key: name }] });
  expect(socketsIn(folder.path)).toHaveLength(1);
  await bus.close();
  expect(socketsIn(folder.path)).toEqual([]);
});

test('processes that start together all reach each other', async () => {
  using folder = temporaryFolder();
  const url = `local:${folder.path}`;
  const names = ['one', 'two', 'three', 'four', 'five'];
  const programs = await Promise.all(names.map((name) => run(serviceFile, url, name)));
  const buses = await Promise.all(names.map(() => openBus(url)));
  for (const bus of buses) {
    for (const name of names) {
      const [reply] = await bus.request(message(name), { timeoutMs });
      expect(reply && textOf(reply)).toBe(name);
    }
  }
  await Promise.all(buses.map((bus) => bus.close()));
  for (const program of programs) program.child.stdin?.end();
  // They end by themselves: nothing of the bus is left open.
  expect(await Promise.all(programs.map((program) => program.ended))).toEqual([0, 0, 0, 0, 0]);
  expect(socketsIn(folder.path)).toEqual([]);
});

test('a stopped process keeps its name and stops nobody else', async () => {
  using folder = temporaryFolder();
  const url = `local:${folder.path}`;
  await using stopped = await run(serviceFile, url, 'stopped');
  await using _running = await run(serviceFile, url, 'running');
  await using before = await openBus(url);
  stopped.child.kill('SIGSTOP');
  await using after = await openBus(url);
  const [reply] = await after.request(message('running'), { timeoutMs });
  expect(reply && textOf(reply)).toBe('running');
  // Also one that has come since is told, by those who know.
  for (const bus of [before, after]) {
    const refused = listen(bus, { queue: 'stopped', bindings: [] });
    await expect(refused).rejects.toMatchObject({ code: 'ALI_BUS_NAME_TAKEN' });
    await expect(refused).rejects.toThrow(`process ${stopped.child.pid}`);
  }
  const asked = before.request(message('stopped'), { timeoutMs });
  stopped.child.kill('SIGCONT');
  expect((await asked).map(textOf)).toEqual(['stopped']);
  expect((await after.request(message('stopped'), { timeoutMs })).map(textOf)).toEqual(['stopped']);
});

test('where nobody knows what a stopped process has, its name may be taken, and this is told when it goes on', async () => {
  using folder = temporaryFolder();
  const url = `local:${folder.path}`;
  await using stopped = await run(serviceFile, url, 'store');
  stopped.child.kill('SIGSTOP');
  const told = Promise.withResolvers<BusEvent>();
  await using bus = await openBus(url, { onEvent: told.resolve });
  await listen(
    bus,
    { queue: 'store', bindings: [{ exchange: 'requests', key: 'store' }] },
    answering(bus, () => 'new'),
  );
  stopped.child.kill('SIGCONT');
  expect(await told.promise).toMatchObject({ event: 'name-taken', queue: 'store' });
  expect((await bus.request(message('store'), { timeoutMs })).map(textOf)).toEqual(['new']);
});

test('a monitor that does not read holds up nobody, and what was dropped for it is counted on both sides', async () => {
  using folder = temporaryFolder();
  const url = `local:${folder.path}`;
  await using bus = await openBus(url);
  await using reads = await run(monitorFile, url);
  await using stopped = await run(monitorFile, url);
  stopped.child.kill('SIGSTOP');
  const body = 'x'.repeat(100_000);
  const counts = async (program: Program) => {
    program.child.stdin?.write('\n');
    return (await program.line()).split(' ').map(Number);
  };
  for (let sent = 50; sent <= 400; sent += 50) {
    for (let i = 0; i < 50; i++) await bus.send(message('alert', body, { exchange: 'alerts' }));
    // It is never so far behind that something is dropped, however busy the machine is.
    await expect.poll(() => counts(reads)).toEqual([sent, 0]);
  }
  const dropped = bus.status.dropped['slow-listener'];
  expect(dropped).toBeGreaterThan(100);
  expect(dropped).toBeLessThan(400);
  stopped.child.kill('SIGCONT');
  await expect.poll(() => counts(stopped)).toEqual([400 - dropped, dropped]);
});

test('a request to a process that has not read for long is refused, not queued for ever', async () => {
  using folder = temporaryFolder();
  const url = `local:${folder.path}`;
  await using bus = await openBus(url);
  await using stopped = await run(serviceFile, url, 'store');
  stopped.child.kill('SIGSTOP');
  const body = 'x'.repeat(1_000_000);
  for (let i = 0; i < 40; i++) await bus.send(message('store', body));
  await expect(bus.request(message('store', body), { timeoutMs })).rejects.toMatchObject({
    code: 'ALI_BUS_BLOCKED',
  });
});

test('a hundred monitors hear every alert', async () => {
  using folder = temporaryFolder();
  const url = `local:${folder.path}`;
  await using bus = await openBus(url);
  const buses = await Promise.all(Array.from({ length: 10 }, () => openBus(url)));
  const monitors = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      listen(buses[index % 10] as Bus, {
        queue: `monitor_${index}`,
        bindings: [{ exchange: 'alerts', key: '#' }],
      }),
    ),
  );
  for (let i = 0; i < 100; i++) await bus.send(message('alert', String(i), { exchange: 'alerts' }));
  await expect
    .poll(() => monitors.map(({ deliveries }) => deliveries.length))
    .toEqual(monitors.map(() => 100));
  await Promise.all(buses.map((one) => one.close()));
});

test('processes find each other also after their runtime folder was taken away', async () => {
  using folder = temporaryFolder();
  const url = `local:${folder.path}`;
  await using first = await openBus(url);
  await using other = await openBus(url);
  const bindings = [{ exchange: 'requests' as const, key: 'store' }];
  await listen(
    first,
    { queue: 'store', bindings },
    answering(first, () => 'still here'),
  );
  rmSync(runtimeFolder(folder.path), { recursive: true });
  // Those who were there do not notice.
  expect((await other.request(message('store'), { timeoutMs })).map(textOf)).toEqual(['still here']);
  await using later = await openBus(url);
  const ask = async () => (await later.request(message('store'), { timeoutMs })).map(textOf).join();
  await expect.poll(() => ask().catch(String)).toBe('still here');
  await expect(listen(later, { queue: 'store', bindings })).rejects.toMatchObject({
    code: 'ALI_BUS_NAME_TAKEN',
  });
  await Promise.all([first, other, later].map((bus) => bus.close()));
  expect(socketsIn(folder.path)).toEqual([]);
});

test("a folder of somebody else's in the place of ours is not used", async () => {
  using folder = temporaryFolder();
  using behind = temporaryFolder();
  const runtime = runtimeFolder(folder.path);
  symlinkSync(behind.path, runtime);
  using _linked = { [Symbol.dispose]: () => rmSync(runtime) };
  const opening = openBus(`local:${folder.path}`);
  await expect(opening).rejects.toMatchObject({ code: 'ALI_BUS_UNREACHABLE' });
  await expect(opening).rejects.toThrow('belongs to somebody else');
});

const greeting = (id: string) => {
  const word = Buffer.from('alidade mesh 1');
  const body = Buffer.concat([Buffer.from([word.length]), word, Buffer.from([id.length]), Buffer.from(id)]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
};
const frame = (kind: number, body: Uint8Array, size = body.length) => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(size);
  head[4] = kind;
  return Buffer.concat([head, body]);
};

test.each([
  ['noise', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['a frame without end', frame(2, new Uint8Array(), 0xffff_ffff)],
  ['no greeting', frame(7, new Uint8Array(100))],
  ['a greeting of another name', greeting('state.1.abcdef')],
  ['an unknown frame', Buffer.concat([greeting('bus.1.abcdef01'), frame(99, new Uint8Array(9))])],
  [
    'a queue cut short',
    Buffer.concat([greeting('bus.1.abcdef02'), frame(2, Uint8Array.of(0, 0, 0, 1, 40, 65))]),
  ],
  [
    'headers cut short',
    Buffer.concat([
      greeting('bus.1.abcdef03'),
      frame(7, Uint8Array.of(0, 0, 0, 0, 0, 0, 0x20, 0, 0, 0, 1, 0)),
    ]),
  ],
])('%s on the socket ends its connection and nothing else', async (_, bytes) => {
  using folder = temporaryFolder();
  const url = `local:${folder.path}`;
  await using bus = await openBus(url);
  await listen(
    bus,
    { queue: 'store', bindings: [{ exchange: 'requests', key: 'store' }] },
    answering(bus, () => 'alive'),
  );
  const [name = ''] = socketsIn(folder.path);
  const socket = connect(join(runtimeFolder(folder.path), name));
  socket.write(bytes);
  await new Promise((resolve) => socket.resume().on('close', resolve));
  expect(bus.status.dropped.malformed).toBe(1);
  await using client = await openBus(url);
  expect((await client.request(message('store'), { timeoutMs })).map(textOf)).toEqual(['alive']);
});
