/** `alidade record start --background`: recordings that go on without a terminal. */
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { Sender } from '../../src/bsread/index.ts';
import { buildCommand, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';

beforeAll(buildCommand, 120_000);

/** For `expect.poll` where each look is a run of the command: nearly all that the test has. */
const ofTest = { timeout: 50_000 };

async function openDesk() {
  const folder = temporaryFolder();
  const runtime = join(folder.path, 'run');
  mkdirSync(runtime, { mode: 0o700 });
  const shell = new Shell(folder.path, { XDG_RUNTIME_DIR: runtime, TMPDIR: folder.path });
  const sender = await Sender.open({ addresses: 'tcp://127.0.0.1:*', startPulseId: 1n });
  onTestFinished(async () => {
    await sender.close();
    folder[Symbol.dispose]();
  });
  return { folder: folder.path, runtime, shell, sender, address: sender.endpoints[0] as string };
}

/** The session that a process belongs to, as /proc tells. */
function sessionOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[3]);
}

test('it answers when it records, is of a session of its own, and is found after a logout', async () => {
  const { folder, runtime, shell, sender, address } = await openDesk();
  const file = join(folder, 'run.h5');
  const answer = await shell.said('record', 'start', address, 'run.h5', '--background', '--json');
  const { pid, ...told } = JSON.parse(answer) as { pid: number };
  let isOver = false;
  onTestFinished(() => void (isOver || process.kill(pid, 'SIGKILL')));
  expect(told).toEqual({ file, log: 'run.h5.log' });
  // The end of a terminal reaches what is of its session only.
  expect(sessionOf(pid)).toBe(pid);
  await sender.send({ COUNT: 1 });
  await sender.send({ COUNT: 2 });
  // A logout takes this away, and who is still there cannot make it again.
  rmSync(runtime, { recursive: true });
  writeFileSync(runtime, '');
  let said: { pid?: number; status?: { written: number } } = {};
  while (said.status?.written !== 2) said = JSON.parse(await shell.said('record', 'status', '--json'));
  expect(said.pid).toBe(pid);
  expect(await shell.said('record', 'list')).toContain('run.h5');
  expect(await shell.said('record', 'stop')).toMatch(/run\.h5: finished; 2 messages written/);
  isOver = true;
  expect(await shell.said('record', 'export', 'run.h5', 'COUNT')).toMatch(/\n2,\d*,2$/);
  await expect
    .poll(() => readFileSync(`${file}.log`, 'utf8'), ofTest)
    .toMatch(/^run\.h5: 2 messages written/m);
});

test('one that cannot begin is an error at once, and leaves no log', async () => {
  const { folder, shell, address } = await openDesk();
  writeFileSync(join(folder, 'run.h5'), 'precious');
  expect(await shell.refused(5, 'record', 'start', address, 'run.h5', '--background')).toBe(
    'alidade: run.h5 is there already; choose another name, or replace it with --force (ALI_FILE_EXISTS)',
  );
  expect(existsSync(join(folder, 'run.h5.log'))).toBe(false);
  await shell.refused(1, 'record', 'start', address, 'no/run.h5', '--background');
  await shell.refused(2, 'record', 'start', address, '/dev/null', '--background');
  expect(await shell.said('record', 'list')).toBe('no recording is running');
});

test('one whose messages nobody reads any more goes on', async () => {
  const { shell, sender, address } = await openDesk();
  const child = shell.start('record', 'start', address, 'run.h5');
  const ended = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stderr.destroy();
  await sender.send({ COUNT: 1 });
  const status = async () => JSON.parse(await shell.said('record', 'status', '--json'));
  const isConnected = (connected: boolean) =>
    expect.poll(status, ofTest).toMatchObject({ status: { written: 1, source: { connected } } });
  await isConnected(true);
  // It says that its sender is gone.
  await sender.close();
  await isConnected(false);
  expect(await shell.said('record', 'stop')).toMatch(/run\.h5: finished; 1 messages? written/);
  expect(await ended).toEqual([0, null]);
});
