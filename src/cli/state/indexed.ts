import type { Command } from 'commander';
import { AlidadeError } from '../../shared/errors.ts';
import { type Indexed, repr } from '../../telstate/index.ts';
import { examples } from '../options.ts';
import type { Terminal } from '../terminal.ts';
import { parseValue } from '../value.ts';
import { notFound, type StateOptions, withState, withStateOptions } from './open.ts';
import { printIndexed, printValue } from './print.ts';

/** `alidade state index set|get`: values under a key and a sub-key. */
export function defineIndex(state: Command, terminal: Terminal): void {
  const index = state
    .command('index')
    .description('set or get a value of an indexed key, which holds one for each sub-key')
    .helpCommand(false)
    .addHelpText('after', '\nEach verb has an example: alidade state index VERB --help');

  withStateOptions(
    index
      .command('set')
      .description('set the value of a sub-key, which keeps it for ever')
      .argument('<key>')
      .argument('<subkey>', 'JSON, else text')
      .argument('<value>', 'JSON, else text'),
  )
    .addHelpText('after', examples('alidade state index set gains m062 0.75'))
    .action((key: string, subKey: string, value: string, options: StateOptions) =>
      withState(
        options,
        terminal,
        'create',
        (open) => open.state.setIndexed(key, parseValue(subKey), parseValue(value)),
        { key, type: 'indexed' },
      ),
    );

  withStateOptions(
    index
      .command('get')
      .description('print the value of a sub-key, or all of them')
      .argument('<key>')
      .argument('[subkey]', 'JSON, else text'),
  )
    .addHelpText('after', examples('alidade state index get gains m062', 'alidade state index get gains'))
    .action((key: string, subKey: string | undefined, options: StateOptions) =>
      withState(
        options,
        terminal,
        'read',
        async (open) => {
          if (subKey !== undefined) {
            const value = await open.state.getIndexed(key, parseValue(subKey), { exact: true });
            if (value === undefined && (await open.state.exists(key))) {
              throw notFound(`${key}[${subKey}]`);
            }
            if (value === undefined) throw notFound(key);
            return printValue(terminal, options, value);
          }
          const type = await open.state.keyType(key);
          if (type !== undefined && type !== 'indexed') {
            throw new AlidadeError('ALI_IMMUTABLE', `${repr(key)} is not an indexed key`);
          }
          const values = await open.state.getOrThrow(key, { exact: true });
          await printIndexed(terminal, options, values as Indexed);
        },
        { key, type: 'indexed' },
      ),
    );
}
