/**
 * v3: everything but the payload is in the headers of AMQP. Numbers are written unsigned (`i`), which every release of
 * dripline-cpp reads; see field.ts of the bus for the tags.
 */
import { randomUUID } from 'node:crypto';
import {
  constantTable,
  type Delivery,
  type Field,
  type FieldTable,
  type Message,
  table,
  text,
  uint32,
} from '../../bus/index.ts';
import { messageOf } from '../../shared/errors.ts';
import { type ExactValue, plainValue } from '../../shared/exact-value.ts';
import { readJson } from '../../shared/read-json.ts';
import type { Reply, Request, SenderInfo, Version } from '../message.ts';
import { replyCodes } from '../reply-code.ts';
import { jsonEncoding } from './body.ts';
import { alertType, argumentsOf, operationOf, replyType, requestType, splitKey } from './fields.ts';
import type { Envelope, Incoming, ReplyContent } from './incoming.ts';
import { compactStyle, writeJson } from './write-json.ts';

/** What an operation is that the message does not name. */
const noOperation = 0xffff_ffff;

/** No key; what requests without one carry. */
export const nilUuid = '00000000-0000-0000-0000-000000000000';

/** Whether a message is of v3, readable or not. */
export function isHeaderMessage({ properties }: Delivery): boolean {
  return (
    properties.headers?.has('message_type') === true || /^[^/]*\/[^/]*(\/|$)/.test(properties.messageId ?? '')
  );
}

/**
 * Reads a message of v3, its chunks put together.
 *
 * @param isWhole false when chunks of it did not come
 */
export function readHeaders(delivery: Delivery, isWhole = true): Incoming {
  const { properties, routingKey, body } = delivery;
  const headers = properties.headers ?? noFields;
  const envelope: Envelope = { dialect: 'v3', replyTo: properties.replyTo, properties };
  const type = integer(headers.get('message_type'));
  const unreadable = (reason: string, message: string, error: string): Incoming => ({
    kind: 'unreadable',
    reason,
    // Only what asks is answered.
    ...(type === requestType
      ? {
          envelope,
          outcome: {
            code: replyCodes.service_error_decoding_fail,
            message,
            payload: { error, invalid: Buffer.from(body).toString('utf8') },
          },
        }
      : {}),
  });
  if (!isWhole) {
    return unreadable(
      'chunks of it are missing',
      'Entire message was not available',
      'Chunks of the message are missing',
    );
  }
  const encoding = properties.contentEncoding;
  if (encoding !== undefined && encoding !== '' && encoding !== jsonEncoding) {
    const reason = `the content encoding ${JSON.stringify(encoding)} is not ${jsonEncoding}`;
    return unreadable(reason, 'Request message was not valid', reason);
  }
  let payload: ExactValue;
  try {
    payload = readPayload(body);
  } catch (error) {
    return unreadable(
      messageOf(error),
      'Request message was not valid',
      'Message body could not be parsed; skipping request',
    );
  }
  const common = {
    sender: senderOf(headers.get('sender_info')),
    timestamp: string(headers.get('timestamp')) ?? '',
    dialect: 'v3' as const,
  };
  switch (type) {
    case requestType: {
      const operation = headers.has('message_operation')
        ? integer(headers.get('message_operation'))
        : noOperation;
      const specifier = headers.has('specifier') ? string(headers.get('specifier')) : '';
      if (operation === undefined || specifier === undefined) {
        const reason = `${operation === undefined ? 'message_operation' : 'specifier'} is of a wrong type`;
        return unreadable(reason, 'Request message was not valid', reason);
      }
      const request: Request = {
        ...common,
        operation: operationOf(operation),
        target: splitKey(routingKey)[0],
        specifier,
        ...argumentsOf(payload),
        exactPayload: payload,
        lockoutKey: string(headers.get('lockout_key')) ?? '',
      };
      return { kind: 'request', request, envelope };
    }
    case replyType: {
      const reply: Reply = {
        ...common,
        code: integer(headers.get('return_code')) ?? replyCodes.unhandled_exception,
        message: string(headers.get('return_message')) ?? '',
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
      return { kind: 'unreadable', reason: 'message_type is none of a request, a reply or an alert' };
  }
}

function readPayload(body: Uint8Array): ExactValue {
  const source = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  if (source === '{}') return new Map();
  // Of this generation NaN is no JSON: its peers refuse it, and what refuses is better than what guesses.
  if (/\b(?:NaN|Infinity)\b/.test(source)) JSON.parse(source);
  return readJson(source, 'the body');
}

function integer(field: Field | undefined): number | undefined {
  if (field === undefined || !'bBsuIil'.includes(field.tag)) return undefined;
  const value = Number(field.value);
  return Number.isSafeInteger(value) ? value : undefined;
}

function string(field: Field | undefined): string | undefined {
  if (field?.tag === 'S') return field.value;
  return field?.tag === 'x' ? Buffer.from(field.value).toString('utf8') : undefined;
}

const noFields: FieldTable = new Map();

function fieldsOf(field: Field | undefined): FieldTable {
  return field?.tag === 'F' ? field.value : noFields;
}

/** The sender of the last message, which mostly is that of the next one: the bus gives the same table for it then. */
let lastSender: { readonly fields: FieldTable; readonly sender: SenderInfo } | undefined;

function senderOf(field: Field | undefined): SenderInfo {
  const fields = fieldsOf(field);
  if (fields !== lastSender?.fields) lastSender = { fields, sender: readSender(fields) };
  return lastSender.sender;
}

function readSender(fields: FieldTable): SenderInfo {
  const value = (name: string) => string(fields.get(name)) ?? '';
  const versions = [...fieldsOf(fields.get('versions'))].map(([name, entry]) => {
    const parts = [...fieldsOf(entry)].map(([key, part]) => [key, string(part) ?? '']);
    return [name, { version: '', ...Object.fromEntries(parts) }];
  });
  return {
    exe: value('exe'),
    hostname: value('hostname'),
    username: value('username'),
    serviceName: value('service_name'),
    versions: Object.fromEntries(versions) as Record<string, Version>,
  };
}

function senderTable({ exe, hostname, username, serviceName, versions }: SenderInfo): Field {
  const texts = (version: Version) =>
    table(Object.fromEntries(Object.entries(version).map(([key, value]) => [key, text(String(value))])));
  return constantTable({
    exe: text(exe),
    hostname: text(hostname),
    service_name: text(serviceName),
    username: text(username),
    versions: table(
      Object.fromEntries(Object.entries(versions).map(([name, version]) => [name, texts(version)])),
    ),
  });
}

export interface HeaderHead {
  readonly sender: SenderInfo;
  readonly timestamp: string;
}

/** Headers that all three kinds of messages have; to be added to. */
function commonHeaders(type: number, specifier: string, head: HeaderHead): Map<string, Field> {
  return new Map<string, Field>()
    .set('message_type', uint32(type))
    .set('sender_info', cachedSender(head.sender))
    .set('specifier', text(specifier))
    .set('timestamp', text(head.timestamp));
}

const senderTables = new WeakMap<SenderInfo, Field>();

function cachedSender(sender: SenderInfo): Field {
  const known = senderTables.get(sender);
  if (known !== undefined) return known;
  const made = senderTable(sender);
  senderTables.set(sender, made);
  return made;
}

export function replyHeaders(content: ReplyContent, head: HeaderHead): FieldTable {
  return commonHeaders(replyType, '', head)
    .set('return_code', uint32(content.code))
    .set('return_message', text(content.message));
}

export function requestHeaders(
  content: { readonly operation: number; readonly specifier: string; readonly lockoutKey: string },
  head: HeaderHead,
): FieldTable {
  return commonHeaders(requestType, content.specifier, head)
    .set('message_operation', uint32(content.operation))
    .set('lockout_key', text(content.lockoutKey === '' ? nilUuid : content.lockoutKey));
}

export function alertHeaders(head: HeaderHead): FieldTable {
  return commonHeaders(alertType, '', head);
}

/** A payload as the body of v3. @throws ALI_ENCODE when it cannot be written */
export function payloadBody(payload: unknown): Buffer {
  return Buffer.from(writeJson(payload, compactStyle));
}

/** The longest body that goes as one message, unless told otherwise; what dripline-cpp takes too. */
export const defaultMaxPayloadBytes = 10_000;

/**
 * The messages that a body of v3 takes: more than one when it is longer than `maxBytes`. Pieces are cut at bytes, not at
 * characters. Their ids are new: services remember an id, and drop what has it again.
 */
export function inChunks(
  message: Omit<Message, 'body'>,
  body: Uint8Array,
  maxBytes: number,
): readonly Message[] {
  const id = randomUUID();
  if (body.length <= maxBytes) {
    return [{ ...message, properties: { ...message.properties, messageId: `${id}/0/1` }, body }];
  }
  const total = Math.ceil(body.length / maxBytes);
  return Array.from({ length: total }, (_, i) => ({
    ...message,
    properties: { ...message.properties, messageId: `${id}/${i}/${total}` },
    body: body.subarray(i * maxBytes, (i + 1) * maxBytes),
  }));
}
