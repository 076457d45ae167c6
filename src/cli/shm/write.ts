import type { Command } from 'commander';
import { parseDurationMs } from '../../shared/duration.ts';
import { AlidadeError } from '../../shared/errors.ts';
import { examples, named } from '../options.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { type ShmOptions, withFrames, withShmOptions } from './open.ts';
import { printFrames } from './read.ts';
import { frameJson, frameLine } from './show.ts';
import { fieldValues } from './values.ts';

interface WriteOptions extends ShmOptions {
  readonly expire?: number;
}

export function defineWrite(shm: Command, terminal: Terminal): void {
  withShmOptions(
    shm
      .command('write')
      .description('set fields of a frame, and leave its others as they are')
      .argument('<frame>')
      .argument('<fields...>', 'field=value: text as it is where the field has text, else JSON')
      .option(
        '--expire <duration>',
        'how long the frame stays: 30s, 5m; a number counts seconds',
        named('--expire', parseDurationMs),
      ),
  )
    .addHelpText(
      'after',
      examples(
        "alidade shm write BATTERY__command command='HEAT 1' --app-name CONSOLE",
        'alidade shm write BATTERY__measures voltage=12.5 cells=[4.2,4.1,4.2] --expire 30s',
      ),
    )
    .action((name: string, words: readonly string[], { expire: expireMs, ...options }: WriteOptions) =>
      withFrames(options, terminal, false, async ({ shm }) => {
        const dict = shm.dict();
        const frame = await dict.declareToWrite(name);
        frame.set(fieldValues(words, frame.exact, terminal.nowSeconds), { expireMs });
        await dict.flush();
      }),
    );
}

export function defineFifo(shm: Command, terminal: Terminal): void {
  const fifo = shm
    .command('fifo')
    .description('frames in a row: what one pushes another pops, each once')
    .helpCommand(false);
  withShmOptions(
    fifo
      .command('push')
      .description('append a frame')
      .argument('<frame>')
      .argument('<fields...>', 'field=value'),
  )
    .addHelpText('after', examples('alidade shm fifo push ROBOT__orders order=left'))
    .action((name: string, words: readonly string[], options: ShmOptions) =>
      withFrames(options, terminal, false, async ({ shm }) => {
        const dict = shm.dict();
        const { exact } = await dict.declareToWrite(name);
        await (await dict.fifo(name)).push(fieldValues(words, exact, terminal.nowSeconds));
      }),
    );
  withShmOptions(
    fifo
      .command('pop')
      .description('take the first frame; exit status 3 where there is none')
      .argument('<frame>'),
  )
    .addHelpText('after', examples('alidade shm fifo pop ROBOT__orders'))
    .action((name: string, options: ShmOptions) =>
      withFrames(options, terminal, false, async ({ shm }) => {
        const frame = await (await shm.dict().fifo(name)).pop();
        if (frame === undefined) throw new AlidadeError('ALI_NOT_FOUND', `the FIFO of ${name} is empty`);
        await printLine(terminal, options.json === true ? frameJson(frame) : frameLine(frame));
      }),
    );
  withShmOptions(fifo.command('drain').description('take all frames').argument('<frame>'))
    .addHelpText('after', examples('alidade shm fifo drain ROBOT__orders --json'))
    .action((name: string, options: ShmOptions) =>
      withFrames(options, terminal, false, async ({ shm }) => {
        const frames = await (await shm.dict().fifo(name)).drain();
        if (options.json === true) return printFrames(terminal, options, frames);
        for (const frame of frames) await printLine(terminal, frameLine(frame));
      }),
    );
}
