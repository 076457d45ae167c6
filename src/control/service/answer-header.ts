/** What requests of v3 are answered. Codes and texts are theirs; where they end, an answer stands here. */
import { plainValue } from '../../shared/exact-value.ts';
import { normalSpecifier, operationNumbers, type Request, type SenderInfo } from '../message.ts';
import { isNotSupported } from '../not-supported.ts';
import { nilUuid } from '../protocol/header.ts';
import type { ReplyContent } from '../protocol/incoming.ts';
import { replyCodes } from '../reply-code.ts';
import { ReplyError } from '../reply-error.ts';
import type { Answer, Outcome } from '../value.ts';
import { ArgumentError, callCommand, commandOf, setByCommand } from './arguments.ts';
import { setCondition } from './condition.ts';
import { canonicalUuid, newKey } from './lock.ts';
import type { Seat } from './seat.ts';

/** @throws ReplyError, and anything that an endpoint throws */
export async function answerHeader(seat: Seat, request: Request): Promise<ReplyContent> {
  const { lockoutKey } = request;
  const key = lockoutKey === '' || lockoutKey === nilUuid ? nilUuid : canonicalUuid(lockoutKey);
  if (key === undefined) throw new ReplyError('service_error_invalid_key', 'Lockout key could not be parsed');
  try {
    switch (request.operation) {
      case 'get':
        return await get(seat, request);
      case 'set':
        requireKey(seat, key);
        return await set(seat, request);
      case 'cmd':
        return await command(seat, request, key);
      // Not of v3; among our own, what sends and runs can be asked to in it too.
      case 'send':
        requireKey(seat, key);
        return done(await seat.endpoint.onSend((request.values ?? []).map(plainValue), request));
      case 'run':
        requireKey(seat, key);
        return done(await seat.endpoint.onRun((request.values ?? []).map(plainValue), request));
      default:
        throw unrecognized(request);
    }
  } catch (error) {
    if (!isNotSupported(error)) throw error;
    if (error.operation === 'send' || error.operation === 'run') throw unrecognized(request);
    throw new ReplyError(
      'service_error_invalid_method',
      `${seat.endpoint.className} does not implement on_${error.operation}`,
    );
  }
}

function unrecognized({ operation }: Request): ReplyError {
  const number = typeof operation === 'number' ? operation : operationNumbers[operation];
  return new ReplyError('service_error_invalid_method', `Unrecognized message operation: <${number}>`);
}

function requireKey({ lock }: Seat, key: string): void {
  if (!lock.admits(key)) {
    throw new ReplyError('service_error_access_denied', `Request denied due to lockout (key used: ${key})`);
  }
}

async function get({ endpoint, lock }: Seat, request: Request): Promise<ReplyContent> {
  const { specifier } = request;
  if (specifier === '') return done(await endpoint.answerGet(request));
  if (specifier === 'is-locked') {
    const tag = lock.locker === undefined ? {} : { tag: senderTag(lock.locker) };
    return done({ is_locked: lock.isLocked, ...tag }, 'Checked lock status');
  }
  const attribute = endpoint.attributeNamed(specifier);
  if (attribute?.read === undefined) throw noAttribute(endpoint.name, specifier, 'get');
  return done({ values: [await attribute.read(request)] });
}

function senderTag({ exe, hostname, username, serviceName, versions }: SenderInfo): Answer {
  const known = Object.entries(versions).map(([name, version]) => [name, { ...version }]);
  return {
    exe,
    hostname,
    username,
    service_name: serviceName,
    versions: Object.fromEntries(known) as Answer,
  };
}

function noAttribute(name: string, specifier: string, operation: string): ReplyError {
  return new ReplyError(
    'service_error_invalid_specifier',
    `endpoint ${name} has no attribute ${specifier}, unable to ${operation}`,
  );
}

async function set({ endpoint }: Seat, request: Request): Promise<ReplyContent> {
  const { specifier, values, exactPayload } = request;
  if (!(exactPayload instanceof Map)) throw new Error('the payload of a set is an object with values');
  if (values === undefined) {
    throw new ReplyError(
      'service_error_bad_payload',
      'setting called without values, but values are required for set',
    );
  }
  const [value] = values;
  if (value === undefined) throw new Error('set needs a value');
  if (specifier === '') return done(await endpoint.answerSet(plainValue(value), request));
  const write = endpoint.attributeNamed(specifier)?.write;
  if (write === undefined) throw noAttribute(endpoint.name, specifier, 'set');
  return done(await write(plainValue(value), request));
}

async function command(seat: Seat, request: Request, key: string): Promise<ReplyContent> {
  const { specifier, values = [] } = request;
  if (specifier === '') {
    throw new ReplyError('service_error_invalid_method', 'No specifier was provided for an OP_CMD request');
  }
  // Of the commands that every endpoint has, only the first word counts.
  switch (normalSpecifier(specifier.split('.', 1)[0] ?? '')) {
    case 'ping':
      return done(null, `Hello, ${request.sender.exe}`);
    case 'set_condition':
      if (await setCondition(seat, request, values)) return done(null);
      return done(null, 'No action taken (this is the default method)');
    case 'lock':
      requireKey(seat, key);
      return lock(seat, request, key);
    case 'unlock':
      return unlock(seat, request, key);
  }
  requireKey(seat, key);
  if (request.exactPayload === null) throw new Error('the payload of a cmd is an object, which may be empty');
  return done(await callNamed(seat, request));
}

async function callNamed({ endpoint }: Seat, request: Request): Promise<Outcome> {
  const { values = [] } = request;
  const name = normalSpecifier(request.specifier);
  const found = commandOf(endpoint, name);
  try {
    if (name === 'on_set') return await setByCommand(endpoint, request, values);
    if (found !== undefined) return await callCommand(found, request, values);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw new ReplyError(
      'service_error_invalid_value',
      `A TypeError occurred while calling the requested method for endpoint ${endpoint.name}: ${name}. Values provided may be invalid.\nOriginal error: ${error.message}`,
    );
  }
  if (endpoint.attributeNamed(name) !== undefined) {
    throw new ReplyError(
      'service_error_invalid_value',
      `${name} of endpoint ${endpoint.name} is an attribute, no command`,
    );
  }
  throw new ReplyError(
    'service_error_invalid_method',
    `error getting command's corresponding method: ${endpoint.name} (${endpoint.className}) has no command '${name}'`,
  );
}

function lock({ lock: own }: Seat, { sender }: Request, key: string): ReplyContent {
  if (own.isLocked) throw new ReplyError('resource_error', 'Unable to lock server');
  const chosen = key === nilUuid ? newKey('v3') : key;
  own.lock(chosen, sender);
  return done({ key: chosen }, 'Server is now locked');
}

function unlock({ lock: own }: Seat, { keyed }: Request, key: string): ReplyContent {
  if (!own.isLocked) throw new ReplyError('warning_no_action_taken', 'Already unlocked');
  if (keyed.get('force') !== true && !own.admits(key)) {
    throw new ReplyError('resource_error', 'Failed to unlock server');
  }
  own.unlock();
  return done(null, 'Server unlocked');
}

function done(result: Outcome, message = ''): ReplyContent {
  return { code: replyCodes.success, message, payload: result ?? null };
}
