import { AlidadeError } from '../../shared/errors.ts';
import type { OpenConfigurations } from './open.ts';

/** The option of verbs whose revisions belong to one configuration. */
export const whichConfiguration = [
  '--configuration <name>',
  'the configuration (default: the only one there is)',
] as const;

/** @throws ALI_USAGE when it is not said and there are several, ALI_NOT_FOUND when there is none */
export async function onlyConfiguration(
  { database, location }: OpenConfigurations,
  { configuration }: { readonly configuration?: string },
): Promise<string> {
  if (configuration !== undefined) return configuration;
  const names = await database.configurations();
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  if (only === undefined) {
    throw new AlidadeError(
      'ALI_NOT_FOUND',
      `there is no configuration in ${location}; alidade config populate FILE puts some there`,
    );
  }
  const listed = names.length > 5 ? [...names.slice(0, 5), '…'] : names;
  throw new AlidadeError(
    'ALI_USAGE',
    `there are ${names.length} configurations (${listed.join(', ')}): say which, as in --configuration ${only}`,
  );
}

/** The configurations that were named; undefined for all. */
export function someOf(names: readonly string[]): readonly string[] | undefined {
  return names.length === 0 ? undefined : names;
}
