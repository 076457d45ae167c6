import type { Command } from 'commander';
import { declarationOf, flagNamed, readDescriptions } from '../../shm/index.ts';
import { confirm } from '../confirm.ts';
import { examples } from '../options.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { counted } from '../up/words.ts';
import { type OpenFrames, type ShmOptions, withFrames, withShmOptions } from './open.ts';

interface InitOptions extends ShmOptions {
  readonly envInit?: string;
  readonly flush?: boolean;
  readonly yes?: boolean;
}

const help = `
A description file is JSON: {"NAME": [["ts", 0.0], ["sender", ""], ["field", blank value], …], …}. All frames become
blank and the flag is set in one step; nobody sees a part of it. What else is in the space stays, unless --flush.`;

export function defineInit(shm: Command, terminal: Terminal): void {
  withShmOptions(
    shm
      .command('init')
      .description(
        'put the frames of description files into the store, blank, and set the flag for which programs wait',
      )
      .argument('<files...>')
      .option('-i, --env-init <variable>', 'the variable of the environment that names the flag')
      .option('--flush', 'remove everything else from the space, after asking')
      .option('--yes', 'with --flush: do not ask'),
  )
    .addHelpText('after', help)
    .addHelpText(
      'after',
      examples(
        'ROBOT=ROBOT_INIT alidade shm init frames.json -i ROBOT',
        'alidade shm init frames.json more.json',
      ),
    )
    .action(async (files: readonly string[], options: InitOptions) => {
      const { envInit } = options;
      const flag = envInit === undefined ? undefined : flagNamed(envInit, terminal.environment);
      const descriptions = await readDescriptions(files);
      await withFrames(options, terminal, true, async (open) => {
        if (options.flush === true && options.yes !== true) await confirm(await flushOf(open), terminal);
        await open.shm.init(descriptions, flag, { flush: options.flush });
        const names = descriptions.map(({ name }) => name);
        if (options.json === true)
          return printLine(terminal, JSON.stringify({ frames: names, flag: flag ?? null }));
        const set = flag === undefined ? '' : `, and ${flag} set`;
        await printLine(
          terminal,
          `${counted(names.length, 'frame')} initialised in ${open.space.location}${set}`,
        );
      });
    });
}

async function flushOf({ space }: OpenFrames): Promise<string> {
  return `this removes all ${counted((await space.keys()).length, 'key')} of ${space.location}`;
}

export function defineTypes(shm: Command, terminal: Terminal): void {
  withShmOptions(
    shm
      .command('types')
      .description('print a TypeScript declaration of the frames of description files')
      .argument('<files...>'),
  )
    .addHelpText('after', examples('alidade shm types frames.json > frames.ts'))
    .action(async (files: readonly string[], options: ShmOptions) => {
      const declaration = declarationOf(await readDescriptions(files), files.join(', '));
      await printLine(terminal, options.json === true ? JSON.stringify(declaration) : declaration.trimEnd());
    });
}
