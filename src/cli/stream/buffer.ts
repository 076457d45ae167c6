import type { Command } from 'commander';
import type { RingBuffer } from '../../bsread/index.ts';
import { parseDurationMs } from '../../shared/duration.ts';
import { AlidadeError, messageOf } from '../../shared/errors.ts';
import { type Log, type LogLevel, openLog, parseLogLevel } from '../../shared/log.ts';
import { Opened } from '../../shared/opened.ts';
import { StopSignals } from '../../shared/stop-signals.ts';
import { examples, named } from '../options.ts';
import type { Terminal } from '../terminal.ts';
import { readChannels } from './channels-file.ts';
import { boundAddress, oneOf, parseAddress, parseBytes, parseCount, parsePort } from './options.ts';

interface BufferOptions {
  readonly outputPort: number;
  readonly bufferLength: number;
  readonly bufferBytes?: number;
  readonly channelsFile?: string;
  readonly dispatcher?: string;
  readonly analyzer?: boolean;
  readonly logLevel?: LogLevel;
  readonly bind: string;
  readonly fanOut: 'push' | 'pub';
  readonly mode?: 'pull' | 'sub';
  readonly lateness?: number;
  readonly statusPort?: number;
  readonly drain?: number;
  readonly json?: boolean;
}

const help = `
Messages are passed on as they came, byte for byte. A consumer that comes late first gets what is buffered. With push,
consumers share the pulses; with pub each gets all. Several STREAMs are joined by pulse id.
Whatever is dropped is counted by its reason: see GET /status and /metrics on the status port (default: OUTPUT PORT + 1000),
which listens on this machine only. SIGINT and SIGTERM let the consumers take what is left, and end with 0.
--output_port, --buffer_length, --channels_file and --log_level are understood too, and so is sf_bsread_buffer.`;

export const bufferSummary = 'keep the last pulses of a stream for whoever comes late, and pass them on';

export function defineBuffer(stream: Command, terminal: Terminal): void {
  beBuffer(stream.command('buffer').description(bufferSummary), terminal).addHelpText(
    'after',
    examples(
      'alidade stream buffer tcp://127.0.0.1:9999 -o 8082 -b 100 --analyzer --log-level INFO',
      'alidade stream buffer 9999 9998 --fan-out pub --lateness 500ms',
    ),
  );
}

/** Makes a command the ring buffer. */
export function beBuffer(command: Command, terminal: Terminal): Command {
  return command
    .argument('[streams...]', 'where the senders are')
    .option('-o, --output-port <port>', 'where consumers connect', named('--output-port', parsePort), 8082)
    .option('-b, --buffer-length <count>', 'pulses to keep', named('--buffer-length', parseCount), 100)
    .option(
      '--buffer-bytes <bytes>',
      'bytes of them to keep at most (512M)',
      named('--buffer-bytes', parseBytes),
    )
    .option(
      '-c, --channels-file <file>',
      'a JSON list of channels, to ask the dispatcher for instead of a STREAM',
    )
    .option('--dispatcher <url>', 'which dispatcher to ask (default: that of SwissFEL)')
    .option('--analyzer', 'log gaps, duplicates, missing values and the like')
    .option(
      '--log-level <level>',
      'DEBUG, INFO, WARNING, ERROR or CRITICAL (INFO)',
      named('--log-level', parseLogLevel),
    )
    .option('--bind <address>', 'the address of this machine to listen on; * for all of them', '127.0.0.1')
    .option('--fan-out <how>', 'push or pub', named('--fan-out', oneOf('push', 'pub')), 'push' as const)
    .option(
      '-m, --mode <mode>',
      'pull from senders that push (default), or sub to those that publish',
      named('--mode', oneOf('pull', 'sub')),
    )
    .option(
      '--lateness <duration>',
      'how long a pulse waits for all STREAMs (200ms)',
      named('--lateness', parseDurationMs),
    )
    .option('--status-port <port>', 'where GET /status and /metrics are', named('--status-port', parsePort))
    .option(
      '--drain <duration>',
      'how long consumers may take to get what is left at the end (2s)',
      named('--drain', parseDurationMs),
    )
    .option('--json', 'log JSON, one object a line')
    .addHelpText('after', help)
    .action((streams: readonly string[], options: BufferOptions) => buffer(streams, options, terminal));
}

async function buffer(streams: readonly string[], options: BufferOptions, terminal: Terminal): Promise<void> {
  using stop = new StopSignals();
  await using opened = new Opened();
  const log = await openLog({
    name: 'buffer',
    level: options.logLevel,
    format: options.json === true ? 'json' : 'text',
    output: terminal.stderr,
  });
  const { RingBuffer, serveBufferStatus } = await import('../../bsread/index.ts');
  const dispatched = await requested(streams, options, opened, log);
  const ring = await RingBuffer.listen({
    inputs: dispatched === undefined ? streams.map(parseAddress) : [dispatched.address],
    inputPattern: options.mode ?? (dispatched === undefined ? 'pull' : 'sub'),
    renew: dispatched?.renew,
    address: boundAddress(options.bind, options.outputPort),
    fanOut: options.fanOut,
    maxMessages: options.bufferLength,
    maxBytes: options.bufferBytes,
    latenessMs: options.lateness,
    log,
    logFindings: options.analyzer,
  });
  opened.defer(() => ring.close({ drainMs: options.drain }));
  const server = opened.use(
    await serveBufferStatus(ring, {
      port: options.statusPort ?? statusPortOf(ring),
      portOption: '--status-port',
      log,
    }),
  );
  log.info(`status is at ${server.url}/status`);
  // Only now that nothing can fail any more: a source that is pulled from is emptied by that.
  await ring.connect();
  if (ring.status().isOpen) log.warning(`${ring.address} is open to the network, and knows no users`);
  await stop.stopped;
  log.info('ending: consumers get what is left');
  await ring.close({ drainMs: options.drain });
  sayEnd(ring, log);
}

interface Dispatched {
  readonly address: string;
  /** Asks for the same again. */
  readonly renew: (signal: AbortSignal) => Promise<string>;
}

/** The older way: a file of channels, of which the dispatching layer makes a stream. */
async function requested(
  streams: readonly string[],
  { channelsFile, dispatcher: url }: BufferOptions,
  opened: Opened,
  log: Log,
): Promise<Dispatched | undefined> {
  if (channelsFile === undefined) return undefined;
  if (streams.length > 0) {
    throw new AlidadeError('ALI_USAGE', '-c asks for a stream of its own: name no STREAM beside it');
  }
  const channels = readChannels(channelsFile);
  const { Dispatcher } = await import('../../bsread/index.ts');
  const dispatcher = new Dispatcher({ url });
  let address = await dispatcher.requestStream(channels);
  log.info(`the dispatcher gives ${channels.length} channels at ${address}`);
  opened.defer(() =>
    dispatcher
      .releaseStream(address)
      .catch((error: unknown) => log.warning(`the stream was not released: ${messageOf(error)}`)),
  );
  const renew = async (signal: AbortSignal) => {
    address = await dispatcher.requestStream(channels, { signal });
    return address;
  };
  return { address, renew };
}

function statusPortOf(ring: RingBuffer): number {
  const port = Number(/:(\d+)$/.exec(ring.address)?.[1] ?? 0) + 1000;
  return port > 65_535 ? 0 : port;
}

function sayEnd(ring: RingBuffer, log: Log): void {
  const { inputs, sentMessages, dropped } = ring.status();
  const received = inputs.reduce((sum, { receivedMessages }) => sum + receivedMessages, 0);
  const losses = Object.entries(dropped).filter(([, count]) => count > 0);
  const text = losses.length === 0 ? 'none dropped' : 'some dropped';
  log.info(`ended: ${received} messages received, ${sentMessages} sent, ${text}`, Object.fromEntries(losses));
}
