import type { Command } from 'commander';
import { Frame, readTexts } from '../../shm/index.ts';
import { examples } from '../options.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';
import { type ShmOptions, withFrames, withShmOptions } from './open.ts';
import { frameJson, frameLines } from './show.ts';

export function defineNames(shm: Command, terminal: Terminal): void {
  withShmOptions(
    shm
      .command('names')
      .description('print the names of the frames')
      .argument('[glob]', 'only those that match: * any text, ? one character, [abc] one of these', '*'),
  )
    .addHelpText('after', examples('alidade shm names', "alidade shm names 'BATTERY__*' --json"))
    .action((glob: string, options: ShmOptions) =>
      withFrames(options, terminal, false, async ({ shm }) => {
        const names = await shm.names(glob);
        if (options.json === true) return printLine(terminal, JSON.stringify(names));
        for (const name of names) await printLine(terminal, printable(name));
      }),
    );
}

export function defineRead(shm: Command, terminal: Terminal): void {
  withShmOptions(
    shm
      .command('read')
      .description('print frames as they are at one moment, and how old each is')
      .argument('<frames...>'),
  )
    .addHelpText(
      'after',
      examples(
        'alidade shm read BATTERY__measures',
        'alidade shm read BATTERY__measures BATTERY__command --json',
      ),
    )
    .action((names: readonly string[], options: ShmOptions) =>
      withFrames(options, terminal, false, async ({ shm, space }) => {
        // Says so where one is not there, and which was meant.
        await shm.dict().declareToRead(names);
        const texts = await readTexts(space, names);
        const frames = names.flatMap((name, i) =>
          texts[i] === undefined ? [] : [new Frame(name, texts[i])],
        );
        await printFrames(terminal, options, frames);
      }),
    );
}

/** Prints frames one below the other, with `--json` as a list. */
export async function printFrames(
  terminal: Terminal,
  options: ShmOptions,
  frames: readonly Frame[],
): Promise<void> {
  if (options.json === true) return printLine(terminal, `[${frames.map(frameJson).join(',\n ')}]`);
  for (const frame of frames) {
    for (const line of frameLines(frame, terminal.nowSeconds())) await printLine(terminal, line);
  }
}
