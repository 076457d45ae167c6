import { messageOf } from '../../shared/errors.ts';
import { plainValue } from '../../shared/exact-value.ts';
import type { Log } from '../../shared/log.ts';
import { nearestName } from '../../shared/nearest-name.ts';
import type { Endpoint } from '../endpoint.ts';
import { normalSpecifier } from '../message.ts';
import type { ExactValue, Value } from '../value.ts';
import type { ServiceDefinition, SetupCall } from './definition.ts';

/**
 * Does the setup calls of a file, in order: `on_get`, `on_set`, a command, or the writing of an attribute. What fails is
 * logged with its place.
 */
export async function runSetupCalls(
  service: ServiceDefinition,
  endpoints: ReadonlyMap<string, Endpoint>,
  log: Log,
): Promise<void> {
  for (const call of service.setupCalls) {
    try {
      const endpoint = endpoints.get(call.target);
      if (endpoint === undefined)
        throw new Error(withNearest('endpoint', call.target, [...endpoints.keys()]));
      await endpoint.context.inTurn(() => doCall(endpoint, call));
    } catch (error) {
      const { message } = service.fault(call.path, `${call.target}.${call.method}: ${messageOf(error)}`);
      log.error(`a setup call failed: ${message}`);
    }
  }
}

async function doCall(endpoint: Endpoint, call: SetupCall): Promise<void> {
  const args = call.args.map(plainOf);
  const keyed = new Map([...call.kwargs].map(([name, value]) => [normalSpecifier(name), plainOf(value)]));
  const name = normalSpecifier(call.method);
  const request = { ...endpoint.context.ownRequest('cmd'), values: call.args as readonly ExactValue[] };
  if (name === 'on_get') {
    await endpoint.answerGet(request);
    return;
  }
  if (name === 'on_set') {
    const value = args[0] ?? [...keyed.values()][0];
    if (value === undefined) throw new Error('on_set needs a value');
    await endpoint.answerSet(value, request);
    return;
  }
  const command = endpoint.commandNamed(name);
  const attribute = endpoint.attributeNamed(name);
  if (command !== undefined) {
    await command.run(bound(command.parameters, args, keyed), request);
  } else if (attribute?.write !== undefined) {
    const value = args[0] ?? [...keyed.values()][0];
    if (value === undefined) throw new Error('it needs a value');
    await attribute.write(value, request);
  } else {
    const known = [...endpoint.commands, ...endpoint.attributes.filter(({ write }) => write !== undefined)];
    throw new Error(
      withNearest('method', call.method, ['on_get', 'on_set', ...known.map((one) => one.name)]),
    );
  }
}

/** One value for each parameter, by position and by name. */
function bound(
  parameters: readonly string[],
  args: readonly Value[],
  keyed: ReadonlyMap<string, Value>,
): (Value | undefined)[] {
  const names = parameters.map((parameter) => normalSpecifier(parameter.replace(/\?$/, '')));
  const stranger = [...keyed.keys()].find((name) => !names.includes(name));
  if (args.length > names.length || stranger !== undefined)
    throw new Error(`it takes ${parameters.join(', ') || 'no arguments'}`);
  return names.map((name, i) => {
    const value = args[i] ?? keyed.get(name);
    if (value === undefined && !parameters[i]?.endsWith('?')) throw new Error(`it needs ${name}`);
    return value;
  });
}

function withNearest(what: string, name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return `there is no ${what} '${name}'${nearest === undefined ? '' : `; did you mean '${nearest}'?`}`;
}

function plainOf(value: unknown): Value {
  return plainValue(value as ExactValue);
}
