import type { Command } from 'commander';
import type { PulseMessage } from '../../bsread/index.ts';
import { isAlidadeError } from '../../shared/errors.ts';
import { StopSignals } from '../../shared/stop-signals.ts';
import { examples, named } from '../options.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { counted } from '../up/words.ts';
import { boundAddress, oneOf, parsePort } from './options.ts';
import { parseSpeed, replayInTime } from './replay-time.ts';
import { type SourceVerbOptions, withSource, withSourceOptions } from './source.ts';

interface RecordOptions extends SourceVerbOptions {
  readonly overwrite?: boolean;
}

const recordHelp = `
The file has every message as it came, byte for byte, with the time of its arrival, also those that cannot be read (which
-n does not count); \`alidade stream replay\` sends it again.
If this is killed, or the disk is full, the file has all whole messages up to there. For HDF5 files there is another writer.`;

export function defineRecord(stream: Command, terminal: Terminal): void {
  withSourceOptions(
    stream
      .command('record')
      .description('write the messages of a stream into a file, as they are, until Ctrl-C')
      .argument('<file>', 'the file to make')
      .argument('[address]', 'where the sender is', '9999')
      .option('--overwrite', 'replace a file that is there'),
  )
    .addHelpText('after', recordHelp)
    .addHelpText('after', examples('alidade stream record run.stream 9999 -n 1000'))
    .action((file: string, address: string, options: RecordOptions) =>
      record(file, address, options, terminal),
    );
}

async function record(
  path: string,
  address: string,
  options: RecordOptions,
  terminal: Terminal,
): Promise<void> {
  const { StreamFileWriter } = await import('../../bsread/index.ts');
  const file = await StreamFileWriter.create(path, { overwrite: options.overwrite === true });
  await using _closing = file;
  const add = ({ frames }: Pick<PulseMessage, 'frames'>) =>
    file.add({ timeNs: BigInt(Math.round(terminal.nowSeconds() * 1e6)) * 1000n, frames });
  // What cannot be read keeps its place among the others.
  await withSource(address, { ...options, onDrop: add }, terminal, async ({ messages }) => {
    const addAll = async () => {
      for await (const message of messages) await add(message);
    };
    // A stream that has stopped brings no next message to tell it by.
    await Promise.race([addAll(), file.failed()]);
  });
  await file.close();
  const { writtenRecords: count, writtenBytes } = file;
  await printLine(
    terminal,
    options.json === true
      ? JSON.stringify({ file: path, messages: count, bytes: writtenBytes })
      : `${counted(count, 'message')} in ${path}`,
  );
}

interface ReplayOptions {
  readonly port: number;
  readonly bind: string;
  readonly fanOut: 'push' | 'pub';
  readonly speed: number;
  readonly json?: boolean;
}

const replayHelp = `
It begins when somebody is there to receive. At the speed of 1 the messages come as far apart as they came; max is as fast
as the receiver takes them.`;

export function defineReplay(stream: Command, terminal: Terminal): void {
  stream
    .command('replay')
    .description('send what was recorded, as it was')
    .argument('<file>', 'a file of `alidade stream record`')
    .option('--speed <factor>', 'how many times as fast as it was, or max', named('--speed', parseSpeed), 1)
    .option('--port <port>', 'where receivers connect', named('--port', parsePort), 9999)
    .option('--bind <address>', 'the address of this machine to listen on; * for all of them', '127.0.0.1')
    .option('--fan-out <how>', 'push or pub', named('--fan-out', oneOf('push', 'pub')), 'push' as const)
    .option('--json', 'print JSON')
    .addHelpText('after', replayHelp)
    .addHelpText('after', examples('alidade stream replay run.stream --speed max'))
    .action((file: string, options: ReplayOptions) => replay(file, options, terminal));
}

async function replay(path: string, options: ReplayOptions, terminal: Terminal): Promise<void> {
  using stop = new StopSignals();
  const { Sender, StreamFileReader } = await import('../../bsread/index.ts');
  await using file = await StreamFileReader.open(path);
  await using sender = await Sender.open({
    addresses: boundAddress(options.bind, options.port),
    pattern: options.fanOut,
  });
  terminal.stderr.write(`alidade: waiting for a receiver on ${sender.endpoints[0]}\n`);
  let unwantedMessages = 0;
  try {
    await replayInTime(file, sender, options.speed, stop.signal, () => unwantedMessages++);
  } catch (error) {
    if (!stop.signal.aborted || !isAlidadeError(error, 'ALI_ABORTED')) throw error;
  }
  await sender.close({ lingerMs: 10_000 });
  const { sentMessages, socket, ...counts } = sender.statistics();
  const { lostMessages } = socket;
  const droppedMessages = counts.droppedMessages + unwantedMessages;
  const { damagedRecords, tornBytes } = file;
  const tell = (count: number, what: string) => {
    if (count > 0) terminal.stderr.write(`alidade: ${counted(count, 'message')} ${what}\n`);
  };
  tell(droppedMessages, 'dropped: a receiver was too slow, or nobody was there any more');
  tell(lostMessages, 'lost: the connection ended before all of it was written');
  if (damagedRecords > 0) {
    terminal.stderr.write(`alidade: ${counted(damagedRecords, 'damaged message')} of ${path} left out\n`);
  }
  if (tornBytes > 0)
    terminal.stderr.write(`alidade: the end of ${path} is torn: ${tornBytes} bytes left out\n`);
  await printLine(
    terminal,
    options.json === true
      ? JSON.stringify({ messages: sentMessages, droppedMessages, lostMessages, damagedRecords, tornBytes })
      : `${counted(sentMessages, 'message')} sent`,
  );
}
