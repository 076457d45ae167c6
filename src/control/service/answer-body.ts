/** What requests of v1 and v2 are answered. Codes and texts are theirs; where they end, an answer stands here. */
import { type ExactValue, plainValue } from '../../shared/exact-value.ts';
import { normalSpecifier, type Request } from '../message.ts';
import { isNotSupported } from '../not-supported.ts';
import type { ReplyContent } from '../protocol/incoming.ts';
import { replyCodes } from '../reply-code.ts';
import { ReplyError } from '../reply-error.ts';
import type { Answer, Outcome } from '../value.ts';
import { callCommand, commandOf, setByCommand } from './arguments.ts';
import { setCondition } from './condition.ts';
import { newKey, withoutDashes } from './lock.ts';
import type { Seat } from './seat.ts';

/** @throws ReplyError, and anything that an endpoint throws */
export async function answerBody(seat: Seat, request: Request): Promise<ReplyContent> {
  const { exactPayload } = request;
  if (exactPayload !== null && !(exactPayload instanceof Map)) throw new Error('the payload is no object');
  const call = callOf(request);
  if (request.operation !== 'get' && call.name !== 'unlock' && !seat.lock.admits(request.lockoutKey)) {
    throw new ReplyError(
      'service_error_access_denied',
      `Endpoint <${seat.endpoint.name}> is locked; lockout_key required`,
    );
  }
  try {
    return await operate(seat, request, call);
  } catch (error) {
    if (!isNotSupported(error)) throw error;
    throw new ReplyError('service_error_invalid_method', 'requested method not supported by this endpoint');
  }
}

/** What a request names beside its target, and the values left for it. */
interface Call {
  /** Of an attribute or a command; empty if none. */
  readonly name: string;
  readonly values: readonly ExactValue[];
}

/**
 * v1 takes the name also from the first value, where an operation has a value too many for doing without. So does
 * `config`, which only v1 has, wherever it comes: a file of dragonfly does not say of which generation its clients are.
 */
function callOf({ dialect, operation, specifier, values = [] }: Request): Call {
  const [first, ...rest] = values;
  const spare = { cmd: 1, get: 1, set: 2, config: 1 }[operation as string] ?? Number.POSITIVE_INFINITY;
  const mayName = dialect === 'v1' || operation === 'config';
  if (specifier === '' && mayName && values.length >= spare) {
    if (typeof first !== 'string')
      throw new Error('the first of several values is the name of an attribute, a text');
    return { name: normalSpecifier(first), values: rest };
  }
  return { name: normalSpecifier(specifier), values };
}

async function operate(seat: Seat, request: Request, call: Call): Promise<ReplyContent> {
  const { endpoint } = seat;
  const { name, values } = call;
  switch (request.operation) {
    case 'get':
      return done(name === '' ? await endpoint.answerGet(request) : await readAttribute(seat, name, request));
    case 'set': {
      const [value] = values;
      if (value === undefined) throw new Error('set needs a value');
      if (name !== '') return done(await writeAttribute(seat, name, value, request));
      return done(await endpoint.answerSet(plainValue(value), request));
    }
    case 'cmd':
      return await command(seat, request, call);
    case 'config': {
      if (request.specifier !== '')
        throw new Error('config takes the name of the attribute as its first value');
      if (name === '') throw new Error('config needs the name of an attribute');
      const [value] = values;
      if (!hasAttribute(seat, name))
        throw new ReplyError('service_error_invalid_value', `No attribute: ${name}`);
      if (value === undefined) return done(await readAttribute(seat, name, request));
      return done(await writeAttribute(seat, name, value, request));
    }
    case 'send':
      return done(await endpoint.onSend(values.map(plainValue), request));
    case 'run':
      return done(await endpoint.onRun(values.map(plainValue), request));
    default:
      throw new Error(`there is no operation ${request.operation}`);
  }
}

function hasAttribute({ endpoint }: Seat, name: string): boolean {
  return name === 'is_locked' || name === 'lockout_key' || endpoint.attributeNamed(name) !== undefined;
}

async function readAttribute({ endpoint, lock }: Seat, name: string, request: Request): Promise<Answer> {
  if (name === 'is_locked') return lock.isLocked;
  if (name === 'lockout_key') return lock.key ?? null;
  const attribute = endpoint.attributeNamed(name);
  if (attribute?.read !== undefined) return await attribute.read(request);
  if (name === 'on_set' || commandOf(endpoint, name) !== undefined) {
    throw new ReplyError(
      'service_error_invalid_value',
      'endpoint returned a method reference; perhaps OP_GET was used for a cmd?',
    );
  }
  throw noAttribute(endpoint, name, request);
}

async function writeAttribute(
  { endpoint }: Seat,
  name: string,
  value: ExactValue,
  request: Request,
): Promise<Outcome> {
  const write = endpoint.attributeNamed(name)?.write;
  if (write === undefined) throw noAttribute(endpoint, name, request);
  return await write(plainValue(value), request);
}

function noAttribute(
  { name: target, className }: Seat['endpoint'],
  name: string,
  { dialect }: Request,
): ReplyError {
  const shown = dialect === 'v2' ? 'type' : className;
  return new ReplyError('service_error_invalid_value', `${target}(${shown}) has no <${name}> attribute`);
}

async function command(seat: Seat, request: Request, { name, values }: Call): Promise<ReplyContent> {
  const { endpoint } = seat;
  switch (name) {
    case '':
      if (request.dialect === 'v1') throw new Error('cmd needs the name of a command');
      throw new ReplyError(
        'service_error_deprecated_feature',
        'specifying cmd name in values array is deprecated (use an RKS)',
      );
    case 'ping':
      return done(null);
    case 'lock':
      return done({ key: lock(seat, request) });
    case 'unlock':
      return unlock(seat, request);
    case 'set_condition':
      if ((await setCondition(seat, request, values)) || seat.isService) return done(null);
      throw new Error(`${endpoint.name} has no condition to be set`);
    case 'on_set':
      return done(await setByCommand(endpoint, request, values));
    default: {
      const found = commandOf(endpoint, name);
      if (found === undefined)
        throw new Error(`${endpoint.name} (${endpoint.className}) has no command '${name}'`);
      return done(await callCommand(found, request, values));
    }
  }
}

/** Gives the key. In v2 what groups others locks them too, where nobody else has. */
function lock(seat: Seat, { lockoutKey, dialect, sender }: Request): string {
  // A key of nothing but dashes is none: whoever has no key would have it.
  const key = withoutDashes(lockoutKey) || newKey(dialect);
  seat.lock.lock(key, sender);
  const lockChildren = ({ children }: Seat) => {
    for (const child of children) {
      if (!child.lock.isLocked) child.lock.lock(key, sender);
      lockChildren(child);
    }
  };
  if (dialect === 'v2') lockChildren(seat);
  return key;
}

function unlock(seat: Seat, { lockoutKey, keyed, dialect }: Request): ReplyContent {
  const isForced = isTrue(keyed.get('force'));
  if (!isForced && !seat.lock.admits(lockoutKey)) {
    throw new ReplyError(
      'service_error_access_denied',
      'cannot unlock without valid lockout_key or force==True',
    );
  }
  const open = ({ lock: own, children }: Seat) => {
    if (isForced || own.admits(lockoutKey)) own.unlock();
    if (dialect === 'v2') children.forEach(open);
  };
  open(seat);
  return dialect === 'v1' ? { code: replyCodes.success, message: 'unlocked', payload: null } : done(null);
}

/** As Python takes it. */
function isTrue(value: ExactValue | undefined): boolean {
  const plain = value === undefined ? false : plainValue(value);
  if (typeof plain !== 'object' || plain === null) return Boolean(plain);
  return Object.keys(plain).length > 0;
}

function done(result: Outcome): ReplyContent {
  const payload = result ?? null;
  return {
    code: replyCodes.success,
    message: payload === null ? 'operation completed silently' : '',
    payload,
  };
}
