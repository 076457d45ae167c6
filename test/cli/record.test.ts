/** `alidade record`: streams into files. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { buildCommand, Shell } from '../support/command.ts';
import { counts, Desk, startNs } from './record-desk.ts';

beforeAll(buildCommand, 120_000);

test('a recording holds the pulses asked for, and says so', async () => {
  const desk = await Desk.open();
  const done = desk.shell.alidade(
    ...['record', 'start', desk.address, 'run.h5', '--from', '102', '--to', '105'],
    ...['--general', 'user=e12345', '--general', 'process=night shift'],
  );
  await desk.send(6, counts);
  expect(await done).toEqual({
    status: 0,
    stdout: expect.stringMatching(/^run\.h5: 4 messages written \(0\.\d MB, pulses 102 to 105\)\n$/),
    stderr: '',
  });
  expect(await desk.shell.said('record', 'export', 'run.h5', 'COUNT')).toBe(
    [
      'pulse_id,timestamp_ns,"COUNT"',
      ...[2, 3, 4, 5].map((at) => `${100 + at},${startNs + BigInt(at) * 10_000_000n},${at}`),
    ].join('\n'),
  );
  const told = JSON.parse(await desk.shell.said('record', 'show', 'run.h5', '--json'));
  expect(told.general).toMatchObject({ user: 'e12345', process: 'night shift', instrument: 'not given' });
  expect(
    told.channels.map(({ name, rows, present }: Record<string, unknown>) => [name, rows, present]),
  ).toEqual([
    ['COUNT', 4, 4],
    ['SINE', 4, 4],
  ]);
});

test('a running recording is listed, told of and stopped from another terminal', async () => {
  const desk = await Desk.open();
  expect(await desk.shell.said('record', 'list')).toBe('no recording is running');
  // To look makes nothing.
  expect(readdirSync(join(desk.folder, 'run'))).toEqual([]);
  const { done } = desk.start('run.h5');
  await desk.send(5, counts);
  const file = join(desk.folder, 'run.h5');
  expect(await desk.written('run.h5', 5)).toMatchObject({
    file,
    stream: desk.address,
    status: { state: 'writing' },
  });
  expect(await desk.shell.said('record', 'list')).toMatch(
    /^\d+ {2}\S+run\.h5 {2}writing, 5 messages written/,
  );
  expect(await desk.shell.said('record', 'status')).toMatch(/^state {7}writing$/m);
  expect(await desk.shell.refused(3, 'record', 'status', 'other.h5')).toContain("no recording of 'other.h5'");
  expect(await desk.shell.said('record', 'stop', 'run.h5')).toMatch(/: finished; 5 messages written/);
  expect((await done).status).toBe(0);
  expect(await desk.shell.said('record', 'list')).toBe('no recording is running');
  expect(readdirSync(join(desk.folder, 'run', 'alidade-recordings'))).toEqual([]);
});

test('a recording that cannot be announced records all the same, and says so', async () => {
  const desk = await Desk.open();
  writeFileSync(join(desk.folder, 'full'), '');
  const nowhere = new Shell(desk.folder, { XDG_RUNTIME_DIR: join(desk.folder, 'full') });
  const done = nowhere.alidade('record', 'start', desk.address, 'run.h5', '--to', '104');
  await desk.send(5, counts);
  const { status, stdout, stderr } = await done;
  expect(stderr).toContain('other terminals cannot find this recording');
  expect([status, stdout]).toEqual([0, expect.stringContaining('5 messages written')]);
  expect(await nowhere.said('record', 'list')).toBe('no recording is running');
});

test('who does not know the secret of a recording can neither ask nor stop it', async () => {
  const desk = await Desk.open();
  const { done } = desk.start('run.h5');
  await desk.send(1, counts);
  const said = await desk.written('run.h5', 1);
  expect(said).not.toHaveProperty('secret');
  for (const [method, path] of [
    ['GET', 'status'],
    ['POST', 'stop'],
  ] as const) {
    expect((await fetch(`http://127.0.0.1:${said.port}/${path}`, { method })).status).toBe(404);
  }
  // As one leaves it that was killed, whose process number and port others have now.
  const announced = join(desk.folder, 'run', 'alidade-recordings');
  const [own = ''] = readdirSync(announced);
  const killed = {
    ...JSON.parse(readFileSync(join(announced, own), 'utf8')),
    secret: 'old',
    file: '/old.h5',
  };
  writeFileSync(join(announced, 'old.json'), JSON.stringify(killed));
  expect(await desk.shell.refused(3, 'record', 'stop', 'old.h5')).toContain('does not answer');
  expect(await desk.written('run.h5', 1)).toMatchObject({ status: { state: 'writing' } });
  expect(await desk.shell.said('record', 'stop', 'run.h5')).toMatch(/: finished; 1 messages written/);
  expect((await done).status).toBe(0);
});

test('--for counts from the time of --from', async () => {
  const desk = await Desk.open();
  const from = new Date(Number(startNs / 1_000_000n)).toISOString();
  const done = desk.shell.alidade('record', 'start', desk.address, 'run.h5', '--from', from, '--for', '45ms');
  await desk.send(6, counts);
  expect(await done).toMatchObject({ status: 0, stdout: expect.stringContaining(': 5 messages written') });
});

test('several recordings of one stream are told apart; one that was killed is not listed', async () => {
  const desk = await Desk.open();
  const [first, second] = [desk.start('one.h5'), desk.start('two.h5')];
  while (
    !(await desk.shell.alidade('record', 'list')).stdout.match(/one\.h5.*\n.*two\.h5|two\.h5.*\n.*one\.h5/)
  );
  expect(await desk.shell.refused(2, 'record', 'stop')).toMatch(/2 recordings are running: name one of/);
  first.child.kill('SIGKILL');
  await first.done;
  expect(await desk.shell.said('record', 'stop')).toMatch(/two\.h5: finished; 0 messages written/);
  expect((await second.done).status).toBe(0);
});

test('Ctrl-C ends a recording with its file closed well', async () => {
  const desk = await Desk.open();
  const { child, done } = desk.start('run.h5', '--json');
  await desk.send(3, counts);
  await desk.written('run.h5', 3);
  child.kill('SIGINT');
  const { status, stdout } = await done;
  expect(status).toBe(0);
  expect(JSON.parse(stdout.trim().split('\n').at(-1) as string)).toMatchObject({
    state: 'finished',
    written: 3,
  });
  expect(await desk.shell.said('record', 'export', 'run.h5', 'COUNT')).toMatch(/\n102,\d+,2$/);
});

test('a file that is there is not replaced, but with --force', async () => {
  const desk = await Desk.open();
  writeFileSync(join(desk.folder, 'run.h5'), 'precious');
  const said = await desk.shell.refused(5, 'record', 'start', desk.address, 'run.h5');
  expect(said).toContain('run.h5 is there already; choose another name, or replace it with --force');
  expect(readFileSync(join(desk.folder, 'run.h5'), 'utf8')).toBe('precious');
  const done = desk.shell.alidade('record', 'start', desk.address, 'run.h5', '--force', '--to', '100');
  await desk.send(1, counts);
  expect((await done).status).toBe(0);
});

test('the state of the instrument is kept beside what was measured', async () => {
  const desk = await Desk.open();
  await desk.shell.said('state', 'set', 'observer', 'ada', '--store', 'sqlite:store');
  await desk.shell.said('state', 'add', 'wind', '3.5', '--store', 'sqlite:store');
  const done = desk.shell.alidade(
    ...['record', 'start', desk.address, 'run.h5', '--to', '101', '--store', 'sqlite:store'],
    ...['--attributes', 'obs*', '--sensors', 'wind'],
  );
  await desk.send(2, counts);
  expect(await done).toMatchObject({ status: 0, stderr: '' });
  const tree = await desk.shell.said('record', 'show', 'run.h5');
  expect(tree).toMatch(/^ {2}attributes\/\n {4}key {2}string \[1\]\n {4}value {2}string \[1\]$/m);
  expect(tree).toMatch(/^ {2}sensors\/\n {4}wind\/$/m);
  const absent = ['record', 'start', desk.address, 'b.h5', '--store', 'sqlite:none', '--sensors', '*'];
  expect(await desk.shell.refused(3, ...absent)).toContain('ALI_STORE_NOT_FOUND');
});
