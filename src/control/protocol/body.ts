/**
 * v1 and v2: everything is in the body, one object of JSON (v1 also of MessagePack).
 *
 * @see spec of the messages: dripline-python 1.4 and 3.10, `dripline.core.message`
 */
import type { Delivery, Properties } from '../../bus/index.ts';
import { messageOf } from '../../shared/errors.ts';
import { type ExactValue, plainValue } from '../../shared/exact-value.ts';
import { readJson } from '../../shared/read-json.ts';
import type { Dialect, Reply, Request, SenderInfo } from '../message.ts';
import { replyCodes } from '../reply-code.ts';
import {
  alertType,
  argumentsOf,
  asInteger,
  asObject,
  asText,
  operationOf,
  replyType,
  requestType,
  splitKey,
} from './fields.ts';
import type { Incoming, ReplyContent } from './incoming.ts';
import { readMsgpack, writeMsgpack } from './msgpack.ts';
import { pythonStyle, writeJson } from './write-json.ts';

export type BodyDialect = Exclude<Dialect, 'v3'>;

export const jsonEncoding = 'application/json';
export const msgpackEncoding = 'application/msgpack';
/** What every message of these generations is signed with. */
export const appId = 'dripline.core.Service';

type Fields = ReadonlyMap<string, ExactValue>;

/**
 * Reads a message of v1 or v2.
 *
 * @param expected which of the two it is where it does not say so itself
 */
export function readBody(delivery: Delivery, expected: BodyDialect): Incoming {
  const { properties, routingKey } = delivery;
  const unreadable = (reason: string, dialect = expected): Incoming => ({
    kind: 'unreadable',
    reason,
    envelope: { dialect, replyTo: properties.replyTo, properties },
    outcome: { code: replyCodes.service_error_decoding_fail, message: reason, payload: null },
  });
  let body: ExactValue;
  try {
    body = decode(delivery);
  } catch (error) {
    return unreadable(messageOf(error));
  }
  const fields = asObject(body);
  if (fields === undefined) return unreadable('the body is no object');
  const dialect = dialectOf(fields, properties, expected);
  const common = {
    sender: senderOf(asObject(fields.get('sender_info'))),
    timestamp: asText(fields.get('timestamp')) ?? '',
    dialect,
  };
  const payload = fields.get('payload') ?? null;
  switch (asInteger(fields.get('msgtype'))) {
    case requestType: {
      const operation = asInteger(fields.get('msgop'));
      if (operation === undefined) return unreadable('the request has no msgop', dialect);
      const [target, specifier] = splitKey(routingKey);
      const request: Request = {
        ...common,
        operation: operationOf(operation),
        target,
        specifier,
        ...argumentsOf(payload),
        exactPayload: payload,
        lockoutKey: asText(fields.get('lockout_key')) ?? '',
      };
      return { kind: 'request', request, envelope: { dialect, replyTo: properties.replyTo, properties } };
    }
    case replyType: {
      const reply: Reply = {
        ...common,
        code: asInteger(fields.get('retcode')) ?? replyCodes.unhandled_exception,
        message: asText(fields.get('return_msg')) ?? '',
        payload: plainValue(payload),
        exactPayload: payload,
      };
      return { kind: 'reply', reply };
    }
    case alertType:
      return {
        kind: 'alert',
        alert: { ...common, routingKey, payload: plainValue(payload), exactPayload: payload },
      };
    default:
      return unreadable('the body has no msgtype of a request, a reply or an alert', dialect);
  }
}

function decode({ body, properties }: Delivery): ExactValue {
  switch (properties.contentEncoding) {
    case msgpackEncoding:
      return readMsgpack(body);
    case jsonEncoding:
    case undefined:
    case '':
      return readJson(
        Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'),
        'the body',
      );
    default:
      throw new Error(`the content encoding ${JSON.stringify(properties.contentEncoding)} is unknown`);
  }
}

/** v2 names the service in `sender_info` and counts microseconds; only v1 has MessagePack. */
function dialectOf(fields: Fields, properties: Properties, expected: BodyDialect): BodyDialect {
  if (properties.contentEncoding === msgpackEncoding) return 'v1';
  const isV2 =
    asObject(fields.get('sender_info'))?.has('service_name') === true ||
    /\.\d/.test(asText(fields.get('timestamp')) ?? '');
  return isV2 ? 'v2' : expected;
}

function senderOf(fields: Fields | undefined): SenderInfo {
  const text = (name: string) => asText(fields?.get(name)) ?? '';
  const name = text('package');
  const versions =
    name === ''
      ? {}
      : {
          [name]: { version: text('version'), ...(text('commit') === '' ? {} : { commit: text('commit') }) },
        };
  return {
    exe: text('exe'),
    hostname: text('hostname'),
    username: text('username'),
    serviceName: text('service_name'),
    versions,
  };
}

/** `sender_info` as these generations have it: one package, and in v2 the name of the service. */
function senderFields({ exe, hostname, username, serviceName, versions }: SenderInfo, dialect: BodyDialect) {
  const { version, commit } = versions.alidade ?? Object.values(versions)[0] ?? { version: '' };
  return {
    package: 'alidade',
    exe,
    version: `v${version}`,
    commit: commit ?? '',
    hostname,
    username,
    ...(dialect === 'v2' ? { service_name: serviceName } : {}),
  };
}

export interface BodyHead {
  readonly sender: SenderInfo;
  readonly timestamp: string;
  readonly dialect: BodyDialect;
}

/** The body of a reply. A payload that is no object is put into one, as receivers expect. */
export function replyBody(content: ReplyContent, head: BodyHead, encoding: string | undefined): Uint8Array {
  const { payload } = content;
  const isObject = typeof payload === 'object' && payload !== null && isKeyed(payload);
  const fields = {
    retcode: content.code,
    return_msg: content.message,
    timestamp: head.timestamp,
    payload: isObject ? payload : { values: [payload] },
    sender_info: senderFields(head.sender, head.dialect),
    msgtype: replyType,
  };
  return encoding === msgpackEncoding ? writeMsgpack(fields) : Buffer.from(writeJson(fields, pythonStyle));
}

function isKeyed(payload: object): boolean {
  return payload instanceof Map || [Object.prototype, null].includes(Object.getPrototypeOf(payload) as null);
}

/** The body of a request. */
export function requestBody(
  content: { readonly operation: number; readonly payload: unknown; readonly lockoutKey: string },
  head: BodyHead,
): Uint8Array {
  const fields = {
    msgop: content.operation,
    timestamp: head.timestamp,
    payload: content.payload,
    sender_info: senderFields(head.sender, head.dialect),
    msgtype: requestType,
    ...(content.lockoutKey === '' ? {} : { lockout_key: content.lockoutKey }),
  };
  return Buffer.from(writeJson(fields, pythonStyle));
}

/** The body of an alert. */
export function alertBody(payload: unknown, head: BodyHead): Uint8Array {
  const fields = {
    timestamp: head.timestamp,
    payload,
    sender_info: senderFields(head.sender, head.dialect),
    msgtype: alertType,
  };
  return Buffer.from(writeJson(fields, pythonStyle));
}
