/**
 * Behaves as the detector integration does: starts the writer by a shell script, posts the parameters to a program that
 * may not listen yet, starts it, polls, and stops it. Says as JSON what it saw.
 *
 * dia.ts SCRIPT STREAM FILE USER PORT START STOP
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const [script = '', stream = '', file = '', user = '', port = '', start = '', stop = ''] =
  process.argv.slice(2);
const url = `http://localhost:${port}`;
const timeout = () => AbortSignal.timeout(2000);

const begun = performance.now();
const writer = spawn('sh', [script, stream, file, user, port], { stdio: ['ignore', 'inherit', 'inherit'] });
const ended = once(writer, 'exit');
process.on('exit', () => writer.kill('SIGKILL'));
await sleep(200);

const parameters = {
  'general/created': '2026-11-20 12:00:00',
  'general/user': 'e12345',
  'general/process': 'dia',
  'general/instrument': 'test',
  'sensor/extra': 3,
};
let posted = 0;
for (let attempt = 0; attempt < 40 && posted !== 200; attempt++) {
  await sleep(100);
  posted = await fetch(`${url}/parameters`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(parameters),
    signal: timeout(),
  }).then(
    ({ status }) => status,
    () => 0,
  );
}
const readyMs = performance.now() - begun;

const ask = async (path: string, method = 'GET') => {
  const answer = await fetch(`${url}${path}`, { method, signal: timeout() });
  return { status: answer.status, text: await answer.text() };
};
const read = async (path: string) => JSON.parse((await ask(path)).text) as Record<string, unknown>;

const before = await read('/status');
const started = await ask(`/start_pulse_id/${start}`, 'PUT');
console.log('started');
const states = new Set<unknown>();
let last: unknown;
for (;;) {
  // Whether the process is gone, or its REST: both are "stopped".
  const answer = await read('/status').catch(() => undefined);
  if (answer === undefined) break;
  states.add(answer.status);
  const { statistics } = await read('/statistics').catch(() => ({ statistics: undefined }));
  last = (statistics as { last_pulse_id?: unknown } | undefined)?.last_pulse_id ?? last;
  if (stop !== '' && last === Number(stop)) {
    await ask('/stop').catch(() => undefined);
    break;
  }
  await sleep(20);
}
const [exitCode] = await ended;
console.log(JSON.stringify({ posted, readyMs, before, started, states: [...states], last, exitCode }));
