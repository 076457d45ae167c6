import { randomUUID } from 'node:crypto';
import type { Message, Properties } from '../../bus/index.ts';
import type { Dialect, Operation, OutgoingAlert, SenderInfo } from '../message.ts';
import { operationNumbers } from '../message.ts';
import { alertBody, appId, jsonEncoding, msgpackEncoding, replyBody, requestBody } from './body.ts';
import { alertHeaders, inChunks, payloadBody, replyHeaders, requestHeaders } from './header.ts';
import type { Envelope, ReplyContent } from './incoming.ts';
import { timestampText } from './timestamp.ts';

/** What messages say beside their content. */
export interface Signature {
  readonly sender: SenderInfo;
  readonly timeMs: number;
  /** v3: a longer body goes in pieces. */
  readonly maxPayloadBytes: number;
}

/**
 * The reply to a request, in the dialect of the request; several messages where v3 has to cut it.
 *
 * @throws ALI_ENCODE when the payload cannot be written
 */
export function replyMessages(
  content: ReplyContent,
  { dialect, properties, replyTo = '' }: Envelope,
  { sender, timeMs, maxPayloadBytes }: Signature,
): readonly Message[] {
  const head = { sender, timestamp: timestampText(timeMs, dialect) };
  const address = { exchange: 'requests', routingKey: replyTo } as const;
  if (dialect !== 'v3') {
    const body = replyBody(content, { ...head, dialect }, properties.contentEncoding);
    return [{ ...address, body, properties: echoed(properties) }];
  }
  const headers = replyHeaders(content, head);
  const { correlationId } = properties;
  return inChunks(
    { ...address, properties: { contentEncoding: jsonEncoding, correlationId, replyTo: '', headers } },
    payloadBody(content.payload),
    maxPayloadBytes,
  );
}

/** The properties of a request, as its reply has them; an encoding that is not ours is not claimed. */
function echoed(properties: Properties): Properties {
  const isKnown = [undefined, '', jsonEncoding, msgpackEncoding].includes(properties.contentEncoding);
  return isKnown ? properties : { ...properties, contentEncoding: jsonEncoding };
}

export interface OutgoingRequest {
  readonly target: string;
  readonly operation: Operation | number;
  readonly specifier: string;
  /** The object of `values` and named arguments. */
  readonly payload: unknown;
  readonly lockoutKey: string;
}

/**
 * A request, in one piece whatever its length: the real services of v3 end at one in several pieces. Reply queue and
 * correlation id are the bus's.
 *
 * @throws ALI_ENCODE when the payload cannot be written
 */
export function requestMessage(
  request: OutgoingRequest,
  dialect: Dialect,
  { sender, timeMs }: Omit<Signature, 'maxPayloadBytes'>,
): Message {
  const head = { sender, timestamp: timestampText(timeMs, dialect) };
  const { target, specifier, payload, lockoutKey } = request;
  const operation =
    typeof request.operation === 'number' ? request.operation : operationNumbers[request.operation];
  const exchange = 'requests';
  const correlationId = randomUUID();
  if (dialect === 'v3') {
    const headers = requestHeaders({ operation, specifier, lockoutKey }, head);
    // The id of the message is as new as that of the question.
    const messageId = `${correlationId}/0/1`;
    const properties = { contentEncoding: jsonEncoding, correlationId, messageId, headers };
    return { exchange, routingKey: target, body: payloadBody(payload), properties };
  }
  return {
    exchange,
    routingKey: specifier === '' ? target : `${target}.${specifier}`,
    body: requestBody({ operation, payload, lockoutKey }, { ...head, dialect }),
    properties: { contentEncoding: jsonEncoding, correlationId, appId },
  };
}

/** An alert; several messages where v3 has to cut it. @throws ALI_ENCODE when the payload cannot be written */
export function alertMessages(
  { routingKey, payload }: OutgoingAlert,
  dialect: Dialect,
  { sender, timeMs, maxPayloadBytes }: Signature,
  correlationId: string = randomUUID(),
): readonly Message[] {
  const head = { sender, timestamp: timestampText(timeMs, dialect) };
  const address = { exchange: 'alerts', routingKey } as const;
  if (dialect === 'v3') {
    const properties = {
      contentEncoding: jsonEncoding,
      correlationId,
      replyTo: '',
      headers: alertHeaders(head),
    };
    return inChunks({ ...address, properties }, payloadBody(payload), maxPayloadBytes);
  }
  // The reply queue that these generations name here does not exist with them for long either.
  const properties = {
    contentEncoding: jsonEncoding,
    correlationId,
    replyTo: `request_reply${randomUUID()}`,
    appId,
  };
  return [{ ...address, body: alertBody(payload, { ...head, dialect }), properties }];
}
