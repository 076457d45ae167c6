import { messageOf } from '../../shared/errors.ts';
import { nearestName } from '../../shared/nearest-name.ts';
import { type Parameters, readParameter } from '../modules/parameter.ts';
import type { EndpointDefinition, ServiceDefinition } from './definition.ts';

/** What a class is made with, and what of its definition no parameter took. */
export interface ReadParameters {
  readonly values: Readonly<Record<string, unknown>>;
  readonly unknown: readonly string[];
}

/**
 * Reads what a file says of an endpoint by the parameters of its class.
 *
 * @throws the file's error at the first value that is wrong, or missing
 */
export function readParameters(
  service: ServiceDefinition,
  definition: EndpointDefinition,
  parameters: Parameters,
): ReadParameters {
  const names = new Map<string, string>();
  for (const [name, { otherNames = [] }] of Object.entries(parameters)) {
    for (const one of [name, ...otherNames]) names.set(one, name);
  }
  const values: Record<string, unknown> = {};
  const unknown: string[] = [];
  for (const [key, value] of definition.parameters) {
    const name = names.get(key);
    const parameter = name === undefined ? undefined : parameters[name];
    if (name === undefined || parameter === undefined) unknown.push(key);
    // An empty entry says as much as none, but for a value that may be null.
    else if (value !== null || parameter.type === 'value') {
      try {
        values[name] = readParameter(parameter.type, value);
      } catch (error) {
        throw service.fault([...definition.path, key], `${definition.name}: ${key} ${messageOf(error)}`);
      }
    }
  }
  for (const [name, { isRequired, about }] of Object.entries(parameters)) {
    if (isRequired && values[name] === undefined)
      throw service.fault(definition.path, `${definition.name} needs ${name}: ${about}`);
  }
  return { values, unknown };
}

/** What is said of an entry that no parameter takes. */
export function unknownParameter(
  definition: EndpointDefinition,
  key: string,
  parameters: Parameters,
): string {
  const nearest = nearestName(key, Object.keys(parameters));
  const hint =
    nearest === undefined
      ? `'alidade control doc ${definition.module}' lists them`
      : `did you mean '${nearest}'?`;
  return `${definition.name}: there is no parameter '${key.slice(0, 100)}'; ${hint}`;
}
