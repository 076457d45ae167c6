import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { jsonText } from '../../bsread/index.ts';
import type { Bound, Recorder, Recording, RecordingOptions } from '../../recording/index.ts';
import { parseDurationMs } from '../../shared/duration.ts';
import { AlidadeError, isAlidadeError } from '../../shared/errors.ts';
import { openHttpServer } from '../../shared/http.ts';
import { Opened } from '../../shared/opened.ts';
import { StopSignals } from '../../shared/stop-signals.ts';
import { examples, named } from '../options.ts';
import { oneOf, parseAddress, parseNames } from '../stream/options.ts';
import { tellConnection } from '../stream/tell-connection.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { startInBackground, tellBegun } from './background.ts';
import { atSeconds, parseBound } from './bound.ts';
import { follow } from './follow.ts';
import { announce, stopWithinMs } from './running.ts';
import { type StateOptions, stateAround, withStateAround } from './state-around.ts';

interface StartOptions extends StateOptions {
  readonly from?: Bound;
  readonly to?: Bound;
  readonly for?: number;
  readonly channels?: readonly string[];
  readonly mode?: 'pull' | 'sub';
  readonly force?: boolean;
  readonly uncompressed?: boolean;
  readonly compress?: boolean;
  readonly verify: 'full' | 'structure';
  readonly general?: Readonly<Record<string, string>>;
  readonly background?: boolean;
  readonly json?: boolean;
}

const help = `
It ends at --to, after --for, with Ctrl-C, or when 'alidade record stop' says so; the file is always closed well, and can be
read meanwhile. Compressed arrays are stored as they came; each is decoded beside, so that one that cannot be is marked.
--from in the past gets what a buffer in between still has; without --from it begins with the oldest of that. A file that is
there is kept, unless --force. With --background it answers once the recording runs, or with why it does not; 'alidade
record status' and 'stop' then find it from any terminal.`;

export function defineStart(record: Command, terminal: Terminal): void {
  const bound = (name: string) => named(name, (text: string) => parseBound(text, terminal.nowSeconds));
  const command = record
    .command('start')
    .description('record a stream into an HDF5 file')
    .argument('<address>', 'where the sender is', parseAddress)
    .argument('<file>', 'the file to make; /dev/null measures without writing')
    .option('--from <bound>', 'the first pulse, or a time (default: the next message)', bound('--from'))
    .option('--to <bound>', 'the last pulse, or a time (default: until it is stopped)', bound('--to'))
    .option(
      '--for <duration>',
      'stop so long after now, or after the time of --from: 90s, 10m',
      named('--for', parseDurationMs),
    )
    .option('--channels <globs>', 'only these, such as SIN*,COUNT', named('--channels', parseNames))
    .option('-m, --mode <mode>', 'pull (default), or sub', named('--mode', oneOf('pull', 'sub')))
    .option('--force', 'replace a file that is there')
    .option('--uncompressed', 'store arrays plain, for readers without the filters')
    .option('--compress', 'compress arrays that come plain')
    .option(
      '--verify <how>',
      'full or structure',
      named('--verify', oneOf('full', 'structure')),
      'full' as const,
    )
    .option('--general <name=value>', 'said of the recording in the file; may be given again', parseGeneral)
    .option('--background', 'go on without this terminal, also after a logout; say so when it records')
    .option('--json', 'print the state as JSON, a line a second and one at the end');
  withStateAround(command)
    .addHelpText('after', help)
    .addHelpText(
      'after',
      examples(
        'alidade record start tcp://127.0.0.1:9999 run.h5 --for 10s --general user=e12345',
        'alidade record start 9999 run.h5 --from 17000000000 --to 17000000999 --channels "SIM:*"',
        'alidade record start 9999 night.h5 --background',
      ),
    )
    .action((address: string, file: string, options: StartOptions) =>
      start(address, file, options, terminal),
    );
}

async function start(
  address: string,
  file: string,
  options: StartOptions,
  terminal: Terminal,
): Promise<void> {
  if (options.background === true) return startAside(file, options, terminal);
  using stop = new StopSignals();
  await using opened = new Opened();
  const [{ ConnectionWatch, Source }, recordings] = await Promise.all([
    import('../../bsread/index.ts'),
    import('../../recording/index.ts'),
  ]);
  const source = opened.use(await Source.open({ addresses: address, pattern: options.mode }));
  const connection = new ConnectionWatch(source, { onNews: tellConnection(address, terminal) });
  opened.defer(() => connection[Symbol.dispose]());
  const recorder = opened.use(new recordings.Recorder(source));
  const state = await stateAround(options, opened, terminal);
  const wanted = { file, state, ...recordingOptions(options, terminal) };
  const recording = await begin(recorder, wanted);
  const status = () => ({ ...recording.status(), source: connection.status() });
  const secret = randomUUID();
  const server = opened.use(
    await openHttpServer({
      port: 0,
      timeoutMs: stopWithinMs,
      routes: (app) => {
        app.get(`/${secret}/status`, async (_request, reply) => sendJson(reply, status()));
        app.post(`/${secret}/stop`, async (_request, reply) => sendJson(reply, await recording.stop()));
      },
    }),
  );
  const { pid } = process;
  const startedAt = new Date(terminal.nowSeconds() * 1000).toISOString();
  using _announced = announce(
    { pid, port: server.port, secret, file: resolve(file), stream: address, startedAt },
    terminal,
  );
  tellBegun();
  void stop.stopped.then(() => recording.stop());
  await follow(recording, { ...wanted, json: options.json === true }, terminal);
}

async function startAside(file: string, { json }: StartOptions, terminal: Terminal): Promise<void> {
  const { pid, log, said } = await startInBackground(file);
  terminal.stderr.write(said);
  const text = `${file}: recording in the background as process ${pid}; what it says is in ${log}`;
  await printLine(terminal, json === true ? JSON.stringify({ pid, file: resolve(file), log }) : text);
}

async function begin(recorder: Recorder, options: RecordingOptions): Promise<Recording> {
  try {
    return await recorder.start(options);
  } catch (cause) {
    if (!isAlidadeError(cause, 'ALI_FILE_EXISTS')) throw cause;
    const text = `${options.file} is there already; choose another name, or replace it with --force`;
    throw new AlidadeError('ALI_FILE_EXISTS', text, { cause });
  }
}

function sendJson(reply: { type(type: string): { send(text: string): unknown } }, value: unknown) {
  return reply.type('application/json').send(jsonText(value));
}

/** @throws ALI_USAGE */
function recordingOptions(options: StartOptions, { nowSeconds }: Terminal): Omit<RecordingOptions, 'file'> {
  const { from, to, for: forMs, force, channels, general, verify, uncompressed, compress } = options;
  if (to !== undefined && forMs !== undefined) {
    throw new AlidadeError('ALI_USAGE', '--to and --for both say when to stop; give one of them');
  }
  if (uncompressed === true && compress === true) {
    throw new AlidadeError('ALI_USAGE', '--uncompressed and --compress exclude each other');
  }
  return {
    force,
    channels,
    general,
    verify,
    start: from,
    stop: forMs === undefined ? to : after(from ?? atSeconds(nowSeconds()), forMs, nowSeconds),
    compression: uncompressed === true ? 'none' : compress === true ? 'bitshuffle-lz4' : 'as-sent',
  };
}

/** So much time after a start; after now where that is a pulse, whose time is not known. */
function after(start: Bound, durationMs: number, nowSeconds: () => number): Bound {
  const { timeNs } = 'timeNs' in start ? start : atSeconds(nowSeconds());
  return { timeNs: timeNs + BigInt(Math.round(durationMs * 1e6)) };
}

/** @throws ALI_USAGE */
function parseGeneral(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, name, value] = /^([\w-]+)=(.*)$/s.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return { ...before, [name]: value };
  throw new AlidadeError('ALI_USAGE', `--general: '${text}' is not NAME=VALUE`);
}
