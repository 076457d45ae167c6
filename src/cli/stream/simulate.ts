import type { Command } from 'commander';
import type { SimulatedFault } from '../../bsread/index.ts';
import { parseDurationMs } from '../../shared/duration.ts';
import { AlidadeError } from '../../shared/errors.ts';
import { StopSignals } from '../../shared/stop-signals.ts';
import { examples, named } from '../options.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { counted } from '../up/words.ts';
import { boundAddress, oneOf, parseCount, parseNames, parsePort, parseRate, parseWhole } from './options.ts';

interface SimulateOptions {
  readonly port: number;
  readonly bind: string;
  readonly rate: number;
  readonly fanOut: 'push' | 'pub';
  readonly n?: number;
  readonly for?: number;
  readonly start: number;
  readonly scalars: number;
  readonly waveforms: number;
  readonly waveformLength: number;
  readonly images: number;
  readonly imageSize: readonly [number, number];
  readonly strings: number;
  readonly compression?: 'none' | 'lz4' | 'bitshuffle_lz4';
  readonly faults?: readonly string[];
  readonly faultEvery: number;
  readonly json?: boolean;
}

const help = `
Like a real source it waits for nobody: what no receiver takes in time is dropped and counted.
Faults: gap (three pulses do not come), duplicate, reorder, missing (SIM:CHARGE has no value), header (a channel more, in
one message), clock (ten seconds ahead, in one message), garbage (no message of bsread); or all.`;

export function defineSimulate(stream: Command, terminal: Terminal): void {
  stream
    .command('simulate')
    .description('be a source: scalars, waveforms, images and strings at a steady rate')
    .option('--port <port>', 'where receivers connect', named('--port', parsePort), 9999)
    .option('--bind <address>', 'the address of this machine to listen on; * for all of them', '127.0.0.1')
    .option('--rate <hz>', 'pulses a second', named('--rate', parseRate), 100)
    .option('--fan-out <how>', 'push or pub', named('--fan-out', oneOf('push', 'pub')), 'push' as const)
    .option('-n <count>', 'end after so many pulses', named('-n', parseCount))
    .option('--for <duration>', 'end after this long: 90s, 10m, 1h', named('--for', parseDurationMs))
    .option('--start <pulse id>', 'the first pulse', named('--start', parseWhole), 1)
    .option('--scalars <count>', 'scalars beside the usual four', named('--scalars', parseWhole), 10)
    .option('--waveforms <count>', 'waveforms of float32', named('--waveforms', parseWhole), 2)
    .option('--waveform-length <items>', 'items of each', named('--waveform-length', parseCount), 2048)
    .option('--images <count>', 'images of uint16', named('--images', parseWhole), 1)
    .option('--image-size <size>', 'their width and height', named('--image-size', parseSize), [320, 240])
    .option('--strings <count>', 'strings', named('--strings', parseWhole), 1)
    .option(
      '--compression <how>',
      'none, lz4 or bitshuffle_lz4',
      named('--compression', oneOf('none', 'lz4', 'bitshuffle_lz4')),
    )
    .option('--faults <list>', 'what goes wrong, in turn', named('--faults', parseNames))
    .option('--fault-every <pulses>', 'how often one of them', named('--fault-every', parseCount), 100)
    .option('--json', 'print JSON: a line at the start, and one at the end')
    .addHelpText('after', help)
    .addHelpText(
      'after',
      examples(
        'alidade stream simulate --port 9999 --rate 100',
        'alidade stream simulate --scalars 2000 --waveforms 0 --images 0 --faults gap,missing --fault-every 500',
      ),
    )
    .action((options: SimulateOptions) => simulate(options, terminal));
}

async function simulate(options: SimulateOptions, terminal: Terminal): Promise<void> {
  using stop = new StopSignals();
  const { SimulatedSource, simulatedFaults } = await import('../../bsread/index.ts');
  const { rate, n, start, fanOut, json } = options;
  const source = await SimulatedSource.open({
    ...options,
    address: boundAddress(options.bind, options.port),
    fanOut,
    rateHz: rate,
    pulses: n,
    startPulseId: start,
    faults: faultsOf(options.faults ?? [], simulatedFaults),
  });
  await using _closing = source;
  const { address, channels } = source.status();
  await printLine(
    terminal,
    json === true
      ? JSON.stringify({ address, channels, rate })
      : `sending ${counted(channels, 'channel')} at ${rate} Hz on ${address}; Ctrl-C ends it`,
  );
  const over = options.for === undefined ? undefined : AbortSignal.timeout(options.for);
  const timeIsOver = new Promise((resolve) => over?.addEventListener('abort', resolve, { once: true }));
  await Promise.race([stop.stopped, source.ended, timeIsOver]);
  await source.close();
  const { sentMessages, droppedMessages, missedPulses, faults } = source.status();
  await printLine(
    terminal,
    json === true
      ? JSON.stringify({ sentMessages, droppedMessages, missedPulses, faults })
      : `${counted(sentMessages, 'message')} sent, ${droppedMessages} dropped that nobody took, ${missedPulses} pulses not made in time`,
  );
}

function faultsOf(names: readonly string[], known: readonly SimulatedFault[]): readonly SimulatedFault[] {
  if (names.includes('all')) return known;
  return names.map((name) => {
    const fault = known.find((one) => one === name);
    if (fault !== undefined) return fault;
    throw new AlidadeError('ALI_USAGE', `--faults: '${name}' is none of ${known.join(', ')}, all`);
  });
}

function parseSize(text: string): readonly [number, number] {
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(text) ?? [];
  if (Number(width) > 0 && Number(height) > 0) return [Number(width), Number(height)];
  throw new AlidadeError('ALI_USAGE', `'${text}' is no size: give WIDTHxHEIGHT, such as 1280x1024`);
}
