import type { Command } from 'commander';
import { examples, named } from '../options.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';
import { assertOrder, parseTime } from '../time.ts';
import { notFound, type StateOptions, withState, withStateOptions } from './open.ts';
import { printIndexed, printRows, printValue, sampleRow } from './print.ts';

export function defineGet(state: Command, terminal: Terminal): void {
  withStateOptions(
    state
      .command('get')
      .description(
        'print the value of an attribute, the newest of a sensor, or all sub-keys of an indexed key',
      )
      .argument('<key>'),
  )
    .addHelpText('after', examples('alidade state get wind_speed', 'alidade state get observer --json'))
    .action((key: string, options: StateOptions) =>
      withState(
        options,
        terminal,
        'read',
        async (open) => {
          const value = await open.state.getOrThrow(key, { exact: true });
          // A stored value may be a map too; only an indexed key is a table.
          if (!(value instanceof Map) || (await open.state.keyType(key)) !== 'indexed') {
            return printValue(terminal, options, value);
          }
          await printIndexed(terminal, options, value);
        },
        { key },
      ),
    );
}

interface RangeOptions extends StateOptions {
  readonly from?: number;
  readonly to?: number;
  readonly includePrevious?: boolean;
  readonly includeEnd?: boolean;
}

export function defineRange(state: Command, terminal: Terminal): void {
  const time = (name: string) => named(name, (text: string) => parseTime(text, terminal.nowSeconds));
  withStateOptions(
    state
      .command('range')
      .description(
        'print the samples of a sensor in a range of time, oldest first; without a range the newest',
      )
      .argument('<key>')
      .option('--from <time>', 'the first time (without it: the last sample before --to)', time('--from'))
      .option('--to <time>', 'the time before which to stop', time('--to'))
      .option('--include-previous', 'also the last sample before --from')
      .option('--include-end', 'also samples exactly at --to'),
  )
    .addHelpText(
      'after',
      examples(
        'alidade state range wind_speed --from -1h',
        'alidade state range wind_speed --from 2026-03-01 --to 2026-03-01T12:30Z --include-previous --json',
      ),
    )
    .action((key: string, options: RangeOptions) => {
      assertOrder(options.from, options.to);
      return withState(
        options,
        terminal,
        'read',
        async (open) => {
          const samples = await open.state.getRange(key, {
            start: options.from,
            end: options.to,
            includePrevious: options.includePrevious,
            includeEnd: options.includeEnd,
            exact: true,
          });
          await printRows(terminal, options, samples.map(sampleRow));
        },
        { key, type: 'sensor' },
      );
    });
}

export function defineType(state: Command, terminal: Terminal): void {
  withStateOptions(
    state.command('type').description('print what a key is: attribute, sensor or indexed').argument('<key>'),
  )
    .addHelpText('after', examples('alidade state type wind_speed'))
    .action((key: string, options: StateOptions) =>
      withState(
        options,
        terminal,
        'read',
        async (open) => {
          const type = await open.state.keyType(key);
          if (type === undefined) throw notFound(key);
          await printLine(terminal, options.json === true ? JSON.stringify(type) : type);
        },
        { key },
      ),
    );
}

export function defineKeys(state: Command, terminal: Terminal): void {
  withStateOptions(
    state
      .command('keys')
      .description('print the keys of the whole store, whatever the view')
      .argument('[glob]', 'only those that match: * any text, ? one character, [abc] one of these', '*'),
  )
    .addHelpText('after', examples('alidade state keys', "alidade state keys 'wind_*'"))
    .action((glob: string, options: StateOptions) =>
      withState(options, terminal, 'read', async (open) => {
        const keys = await open.state.keys(glob);
        await printRows(
          terminal,
          options,
          keys.map((key) => ({ cells: [printable(key)], json: JSON.stringify(key) })),
        );
      }),
    );
}
