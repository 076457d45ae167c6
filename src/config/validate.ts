import { messageOf } from '../shared/errors.ts';
import { ConfigurationError } from './errors.ts';
import { objectText } from './json.ts';
import type { Problem } from './options.ts';
import { fieldsText, type State, stateText } from './state.ts';

/** The section whose items are JSON Schemas, each for the section of its name. */
const schemasSection = 'schemas';

/**
 * Where states do not fit their own schemas.
 *
 * @throws ConfigurationError when a schema is none, or asks for what is not supported
 */
export async function problemsOf(states: ReadonlyMap<string, State>): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const [configuration, state] of states) {
    const schemas = [...state.values()].filter(({ place }) => place.section === schemasSection);
    if (schemas.length === 0) continue;
    const content = JSON.parse(stateText(state)) as Record<string, unknown>;
    const { fromJSONSchema } = await import('zod');
    for (const { place, fields } of schemas) {
      const section = place.item;
      if (section === undefined) {
        const found = objectText(fields).slice(0, 40);
        throw new ConfigurationError(
          `'${schemasSection}' of configuration '${configuration}' holds a schema for each section, not ${found}`,
        );
      }
      let schema: ReturnType<typeof fromJSONSchema>;
      try {
        schema = fromJSONSchema(JSON.parse(fieldsText(fields)));
      } catch (error) {
        throw new ConfigurationError(
          `the schema of '${section}' in configuration '${configuration}' cannot be used: ${messageOf(error)}`,
          { cause: error },
        );
      }
      const result = schema.safeParse(Object.hasOwn(content, section) ? content[section] : undefined);
      for (const { path, message } of result.error?.issues ?? []) {
        problems.push({ configuration, section, path: path.map(String), message });
      }
    }
  }
  return problems;
}
