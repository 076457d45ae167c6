import { messageOf } from '../../shared/errors.ts';
import { plainValue } from '../../shared/exact-value.ts';
import type { Log } from '../../shared/log.ts';
import { nearestName } from '../../shared/nearest-name.ts';
import type { Endpoint } from '../endpoint.ts';
import { normalSpecifier } from '../message.ts';
import { callCommand, commandOf, setByCommand } from '../service/arguments.ts';
import type { ExactValue } from '../value.ts';
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
  const name = normalSpecifier(call.method);
  const values = call.args as readonly ExactValue[];
  const keyed = call.kwargs as ReadonlyMap<string, ExactValue>;
  const request = { ...endpoint.context.ownRequest('cmd'), values, keyed };
  const command = commandOf(endpoint, name);
  const attribute = endpoint.attributeNamed(name);
  if (name === 'on_set') await setByCommand(endpoint, request, values);
  else if (command !== undefined) await callCommand(command, request, values);
  else if (attribute?.write !== undefined) {
    const value = values[0] ?? [...keyed.values()][0];
    if (value === undefined) throw new Error('it needs a value');
    await attribute.write(plainValue(value), request);
  } else {
    const known = [...endpoint.commands, ...endpoint.attributes.filter(({ write }) => write !== undefined)];
    throw new Error(
      withNearest('method', call.method, ['on_get', 'on_set', ...known.map((one) => one.name)]),
    );
  }
}

function withNearest(what: string, name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return `there is no ${what} '${name}'${nearest === undefined ? '' : `; did you mean '${nearest}'?`}`;
}
