import type { Command } from 'commander';
import { AlidadeError } from '../../shared/errors.ts';
import { Float, NpScalar, repr, type TelescopeState } from '../../telstate/index.ts';
import { examples, named } from '../options.ts';
import { printable, type Terminal } from '../terminal.ts';
import { parseSampleTime } from '../time.ts';
import { parseValue } from '../value.ts';
import { notFound, type StateOptions, withState, withStateOptions } from './open.ts';

export function defineSet(state: Command, terminal: Terminal): void {
  withStateOptions(
    state
      .command('set')
      .description('set an attribute, which keeps its value for ever; setting the same value again is fine')
      .argument('<key>')
      .argument('<value>', 'JSON, else text'),
  )
    .addHelpText(
      'after',
      examples("alidade state set observer 'Ada Lovelace'", 'alidade state set n_antennas 64'),
    )
    .action((key: string, value: string, options: StateOptions) =>
      withState(options, terminal, 'create', (open) => open.state.set(key, parseValue(value)), {
        key,
        type: 'attribute',
      }),
    );
}

export function defineAdd(state: Command, terminal: Terminal): void {
  withStateOptions(
    state
      .command('add')
      .description('add a sample to a sensor')
      .argument('<key>')
      .argument('<value>', 'JSON, else text')
      .option(
        '--time <time>',
        'when it was measured (default: now)',
        named('--time', (text) => parseSampleTime(text, terminal.nowSeconds)),
      ),
  )
    .addHelpText(
      'after',
      examples('alidade state add wind_speed 6.25 --time -10s', 'alidade state add wind_speed 7.5'),
    )
    .action((key: string, value: string, options: StateOptions & { readonly time?: number }) =>
      withState(
        options,
        terminal,
        'create',
        async ({ state }) => {
          const parsed = parseValue(value);
          const isOdd = typeof parsed === 'string' && (await holdsNumbers(state, key));
          await state.add(key, parsed, { time: options.time });
          if (isOdd) {
            const note = `alidade: ${repr(value)} was added as text, where the newest value of ${repr(key)} was a number`;
            terminal.stderr.write(`${printable(note)}\n`);
          }
        },
        { key, type: 'sensor' },
      ),
    );
}

/** Whether the newest value of the key is a number. */
async function holdsNumbers(state: TelescopeState, key: string): Promise<boolean> {
  if ((await state.keyType(key)) !== 'sensor') return false;
  const newest = await state.get(key, { exact: true });
  const value = newest instanceof NpScalar ? newest.value : newest;
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Float;
}

export function defineDelete(state: Command, terminal: Terminal): void {
  withStateOptions(
    state
      .command('delete')
      .description('delete a key, in every view that is given and in the root')
      .argument('<key>'),
  )
    .addHelpText('after', examples('alidade state delete observer'))
    .action((key: string, options: StateOptions) =>
      withState(
        options,
        terminal,
        'change',
        async (open) => {
          if (!(await open.state.exists(key))) throw notFound(key);
          await open.state.delete(key);
        },
        { key },
      ),
    );
}

export function defineClear(state: Command, terminal: Terminal): void {
  withStateOptions(
    state
      .command('clear')
      .description('delete every key of telescope state, whatever the view; other parts of the store stay')
      .option('--yes', 'really do it'),
  )
    .addHelpText('after', examples('alidade state clear --yes'))
    .action((options: StateOptions & { readonly yes?: boolean }) => {
      if (options.yes !== true) {
        throw new AlidadeError('ALI_NOT_CONFIRMED', 'this deletes every key: say --yes if you mean it');
      }
      return withState(options, terminal, 'change', (open) => open.state.clear());
    });
}
