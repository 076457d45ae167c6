import type { Command } from 'commander';
import type { RecordingOptions } from '../../recording/index.ts';
import type { Opened } from '../../shared/opened.ts';
import { named } from '../options.ts';
import { persistentStoreOf, withStoreOption } from '../store/options.ts';
import { parseNames } from '../stream/options.ts';
import type { Terminal } from '../terminal.ts';

/** What of the instrument's state is kept in a recording. */
export interface StateOptions {
  readonly store?: string;
  readonly configuration?: string;
  readonly attributes?: readonly string[];
  readonly sensors?: readonly string[];
}

export function withStateAround(command: Command): Command {
  return withStoreOption(
    command
      .optionsGroup('What is kept beside, from the store of the instrument:')
      .option('--configuration <name>', 'a configuration: all of it, with its revision')
      .option('--attributes <globs>', 'attributes, as they are at the end', named('--attributes', parseNames))
      .option('--sensors <globs>', 'sensors: their samples meanwhile', named('--sensors', parseNames)),
  );
}

/** Opens the store when something of it is wanted. @throws ALI_STORE_NOT_FOUND and what else the store says */
export async function stateAround(
  options: StateOptions,
  opened: Opened,
  terminal: Terminal,
): Promise<RecordingOptions['state']> {
  const { configuration: name, attributes, sensors } = options;
  if (name === undefined && attributes === undefined && sensors === undefined) return undefined;
  const [{ openStore }, { ConfigurationDatabase }, { TelescopeState }] = await Promise.all([
    import('../../store/index.ts'),
    import('../../config/index.ts'),
    import('../../telstate/index.ts'),
  ]);
  const store = opened.use(await openStore(persistentStoreOf(options, terminal), { create: false }));
  const database =
    name === undefined ? undefined : opened.use(new ConfigurationDatabase(await store.space('config')));
  const telescope =
    attributes === undefined && sensors === undefined
      ? undefined
      : new TelescopeState(await store.space('state'));
  return {
    configuration: database === undefined || name === undefined ? undefined : { database, name },
    telescope,
    attributes,
    sensors,
  };
}
