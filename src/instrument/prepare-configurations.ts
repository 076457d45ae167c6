import type { Space } from '../store/index.ts';
import type { InstrumentDefinition } from './definition.ts';

/** The configurations of the file: which were put into the store, and which were there already and stay as they are. */
export interface PreparedConfigurations {
  readonly added: readonly string[];
  readonly inPlace: readonly string[];
  /** Those in place that are not what the file says: somebody changed them, or the file. */
  readonly different: readonly string[];
}

/**
 * Puts the configurations of the instrument's file into the store where they are missing, with their history.
 *
 * @param space the space `config`
 * @returns undefined when the instrument names no such file
 * @throws ALI_CONFIGURATION for the file, and what the store throws
 */
export async function prepareConfigurations(
  { name, configurationsFile: file }: InstrumentDefinition,
  space: Space,
): Promise<PreparedConfigurations | undefined> {
  if (file === undefined) return undefined;
  const { ConfigurationDatabase, readConfigurationFile } = await import('../config/index.ts');
  await using database = new ConfigurationDatabase(space);
  const text = await readConfigurationFile(file);
  const found = await database.populate(text, { name: file, dryRun: true });
  const message = `start of ${name}`;
  const changes = await database.populate(text, { name: file, message, onlyMissing: true });
  const isAdded = new Set(
    changes.filter(({ kind }) => kind === 'added').map(({ configuration }) => configuration),
  );
  const inPlace = found.filter(({ configuration }) => !isAdded.has(configuration));
  return {
    added: [...isAdded],
    inPlace: inPlace.map(({ configuration }) => configuration),
    different: inPlace.filter(({ kind }) => kind !== 'same').map(({ configuration }) => configuration),
  };
}
