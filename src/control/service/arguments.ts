import { type ExactValue, plainValue } from '../../shared/exact-value.ts';
import type { Command } from '../declared.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Request } from '../message.ts';
import type { Outcome } from '../value.ts';

/** Arguments that do not fit the parameters of a command. */
export class ArgumentError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** One value to each parameter, by position first, then by name. @throws ArgumentError */
export function bindArguments(
  { name, parameters }: Pick<Command, 'name' | 'parameters'>,
  values: readonly ExactValue[],
  keyed: ReadonlyMap<string, ExactValue>,
): (ExactValue | undefined)[] {
  const names = parameters.map((parameter) => parameter.replace(/\?$/, ''));
  const usage = `${name}(${parameters.join(', ')})`;
  if (values.length > names.length) {
    throw new ArgumentError(`${usage} takes ${names.length} values, ${values.length} were given`);
  }
  for (const key of keyed.keys()) {
    const place = names.indexOf(key);
    if (place < 0) throw new ArgumentError(`${usage} has no parameter ${JSON.stringify(key)}`);
    if (place < values.length) throw new ArgumentError(`${usage} got ${JSON.stringify(key)} twice`);
  }
  return names.map((key, i) => {
    const value = i < values.length ? values[i] : keyed.get(key);
    if (value === undefined && parameters[i] === key)
      throw new ArgumentError(`${usage} needs ${JSON.stringify(key)}`);
    return value;
  });
}

/** What an endpoint can be commanded to do, `on_get` and `on_set` included; undefined if it is nothing of it. */
export function commandOf(endpoint: Endpoint, name: string): Command | undefined {
  if (name === 'on_get')
    return { name, parameters: [], run: (_values, request) => endpoint.answerGet(request) };
  return endpoint.commandNamed(name);
}

/** Calls a command with its arguments. @throws ArgumentError before it is called */
export async function callCommand(
  command: Command,
  request: Request,
  values: readonly ExactValue[],
): Promise<Outcome> {
  const bound = bindArguments(command, values, request.keyed);
  const plain = bound.map((value) => (value === undefined ? undefined : plainValue(value)));
  return command.run(plain, request);
}

/** `cmd on_set`: the one value by position, or under the name that v2 or v3 gives it. */
export function setByCommand(endpoint: Endpoint, request: Request, values: readonly ExactValue[]) {
  const keyed = new Map(request.keyed);
  const named = keyed.get('new_value');
  if (named !== undefined && keyed.delete('new_value')) keyed.set('value', named);
  const [value = null] = bindArguments({ name: 'on_set', parameters: ['value'] }, values, keyed);
  const asSet: Request = { ...request, operation: 'set', specifier: '', values: [value], keyed: new Map() };
  return endpoint.answerSet(plainValue(value), asSet);
}
