import type { OutputUnit, Schema } from '@cfworker/json-schema';
import { messageOf } from '../shared/errors.ts';
import { ConfigurationError } from './errors.ts';
import { objectText } from './json.ts';
import type { Problem, Validation } from './options.ts';
import { fieldsText, type State, stateText } from './state.ts';

/** The section whose items are JSON Schemas, each for the section of its name. */
const schemasSection = 'schemas';

/**
 * Whether states fit their own schemas.
 *
 * @throws ConfigurationError when a schema is none, or asks for what is not supported
 */
export async function validation(states: ReadonlyMap<string, State>): Promise<Validation> {
  const problems: Problem[] = [];
  let sections = 0;
  for (const [configuration, state] of states) {
    const schemas = [...state.values()].filter(({ place }) => place.section === schemasSection);
    if (schemas.length === 0) continue;
    const { Validator } = await import('@cfworker/json-schema');
    const content = JSON.parse(stateText(state)) as Record<string, unknown>;
    for (const { place, fields } of schemas) {
      const section = place.item;
      if (section === undefined) {
        const found = objectText(fields).slice(0, 40);
        throw new ConfigurationError(
          `'${schemasSection}' of configuration '${configuration}' holds a schema for each section, not ${found}`,
        );
      }
      // A schema for a section that is not there says what it may hold, not that it must be there.
      if (!Object.hasOwn(content, section)) continue;
      sections++;
      let errors: OutputUnit[];
      try {
        const schema = JSON.parse(fieldsText(fields)) as Schema;
        errors = new Validator(schema, '2020-12', false).validate(content[section]).errors;
      } catch (error) {
        throw new ConfigurationError(
          `the schema of '${section}' in configuration '${configuration}' cannot be used: ${messageOf(error)}`,
          { cause: error },
        );
      }
      for (const { instanceLocation, error } of causes(errors)) {
        problems.push({ configuration, section, path: pathOf(instanceLocation), message: error });
      }
    }
  }
  return { sections, problems };
}

/** Without those that only say that something inside of them does not fit, which says so itself. */
function causes(errors: readonly OutputUnit[]): OutputUnit[] {
  const outer = new Set<string>();
  for (const { keywordLocation } of errors) {
    for (
      let end = keywordLocation.lastIndexOf('/');
      end > 0;
      end = keywordLocation.lastIndexOf('/', end - 1)
    ) {
      outer.add(keywordLocation.slice(0, end));
    }
  }
  return errors.filter(({ keyword, keywordLocation }) => keyword !== 'false' && !outer.has(keywordLocation));
}

/** The keys of a JSON pointer in a fragment: `#/motor1/address` (RFC 6901). */
function pathOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}
