import type { Command } from 'commander';
import type { Drop, PulseMessage, Source } from '../../bsread/index.ts';
import { parseDurationMs } from '../../shared/duration.ts';
import { AlidadeError, isAlidadeError } from '../../shared/errors.ts';
import { StopSignals } from '../../shared/stop-signals.ts';
import { named } from '../options.ts';
import { printable, type Terminal } from '../terminal.ts';
import { oneOf, parseAddress, parseCount } from './options.ts';
import { tellConnection } from './tell-connection.ts';

/** The options of verbs that receive a stream. */
export interface SourceVerbOptions {
  readonly mode?: 'pull' | 'sub';
  readonly n?: number;
  readonly for?: number;
  readonly timeout?: number;
  readonly json?: boolean;
}

/** Adds what verbs that receive a stream have in common. */
export function withSourceOptions(command: Command): Command {
  return command
    .option('-n <count>', 'end after so many messages', named('-n', parseCount))
    .option('--for <duration>', 'end after this long: 90s, 10m, 1h', named('--for', parseDurationMs))
    .option(
      '--timeout <duration>',
      'end with status 4 when nothing comes for this long (default: wait for ever)',
      named('--timeout', parseDurationMs),
    )
    .option(
      '-m, --mode <mode>',
      'pull from a sender that pushes (default), or sub to one that publishes',
      named('--mode', oneOf('pull', 'sub')),
    )
    .option('--json', 'print JSON');
}

/** A stream that a verb receives, and what it receives of it. */
export interface OpenSource {
  readonly source: Source;
  /** The messages until it is to end. @throws ALI_TIMEOUT */
  readonly messages: AsyncIterable<PulseMessage>;
  /** Fires when the user wants it to end, or its time is over. */
  readonly signal: AbortSignal;
}

/** Messages that may wait to be looked at. */
const queueMessages = 100;

/** Opens the stream, does the work, and closes it whatever comes. */
export async function withSource<T>(
  address: string,
  options: SourceVerbOptions & {
    readonly channels?: readonly string[];
    /** Takes messages that cannot be read, besides that they are told; the next ones wait for it. */
    readonly onDrop?: (drop: Drop) => Promise<void>;
  },
  terminal: Terminal,
  use: (open: OpenSource) => Promise<T>,
): Promise<T> {
  using stop = new StopSignals();
  const { ConnectionWatch, Source } = await import('../../bsread/index.ts');
  await using source = await Source.open({
    addresses: parseAddress(address),
    pattern: options.mode,
    channels: options.channels,
    // Of what comes beyond the last message wanted, as little as can be is taken away from others.
    queueMessages: Math.min(options.n ?? queueMessages, queueMessages),
    onDrop: async (drop) => {
      terminal.stderr.write(`alidade: a message was dropped: ${printable(drop.detail)}\n`);
      await options.onDrop?.(drop);
    },
  });
  using _connection = new ConnectionWatch(source, { onNews: tellConnection(address, terminal) });
  const end = options.for === undefined ? undefined : AbortSignal.timeout(options.for);
  const signal = end === undefined ? stop.signal : AbortSignal.any([stop.signal, end]);
  return await use({ source, signal, messages: messagesOf(source, signal, address, options) });
}

async function* messagesOf(
  source: Source,
  signal: AbortSignal,
  address: string,
  { n = Number.POSITIVE_INFINITY, timeout }: SourceVerbOptions,
): AsyncGenerator<PulseMessage> {
  try {
    for (let count = 0; count < n; count++) {
      const message = await source.receive({ timeoutMs: timeout, signal });
      if (message === undefined) throw nothingCame(address, timeout);
      yield message;
    }
  } catch (error) {
    if (!signal.aborted || !isAlidadeError(error, 'ALI_ABORTED')) throw error;
  }
}

function nothingCame(address: string, timeoutMs: number | undefined): AlidadeError {
  return new AlidadeError(
    'ALI_TIMEOUT',
    `nothing came from ${address} in ${timeoutMs} ms: is the sender running, and is it one that pushes (or publishes: --mode sub)?`,
  );
}
