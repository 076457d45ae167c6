import { readFileSync } from 'node:fs';
import { type Delivery, type Field, type FieldTable, text } from '../../src/bus/index.ts';
import type { Dialect } from '../../src/control/index.ts';

/** A message as it was taken from a real broker. */
export interface CapturedMessage {
  readonly exchange: 'requests' | 'alerts';
  readonly routing_key: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly header_tags?: Tags;
  readonly body_b64: string;
}

type Tags = { readonly [key: string]: string | { readonly F: Tags } };

/** One step of an exchange with a real program, and what it did. */
export interface CapturedStep {
  readonly step: string;
  readonly request: CapturedMessage | readonly CapturedMessage[];
  readonly expect: {
    readonly outcome: 'reply' | 'no-reply' | 'returned-no-route';
    readonly code?: number;
    /** The text is one of Python. */
    readonly message_exact?: boolean;
    readonly payload_exact?: boolean;
    readonly real_service_died?: boolean;
    readonly racy_reference?: boolean;
    readonly payload?: unknown;
  };
  readonly real_service_died?: boolean;
  readonly replies?: readonly CapturedMessage[];
  readonly alerts?: readonly CapturedMessage[];
}

export interface Captured {
  readonly generation: 'seed' | 'v2' | 'v3';
  readonly steps: readonly CapturedStep[];
}

export function readCaptured(name: string): Captured {
  return JSON.parse(readFileSync(`test/fixtures/control/${name}.json`, 'utf8')) as Captured;
}

export function dialectOf({ generation }: Captured): Dialect {
  return generation === 'seed' ? 'v1' : generation;
}

export function requestsOf({ request }: CapturedStep): readonly CapturedMessage[] {
  return Array.isArray(request) ? (request as CapturedMessage[]) : [request as CapturedMessage];
}

/** The message as the bus gives it. */
export function deliveryOf(message: CapturedMessage): Delivery {
  const { content_encoding, correlation_id, reply_to, message_id, app_id } = message.properties;
  const given = {
    contentEncoding: content_encoding,
    correlationId: correlation_id,
    replyTo: reply_to,
    messageId: message_id,
    appId: app_id,
    headers: message.headers === undefined ? undefined : tableOf(message.headers, message.header_tags),
  };
  return {
    queue: 'captured',
    exchange: message.exchange,
    routingKey: message.routing_key,
    body: Buffer.from(message.body_b64, 'base64'),
    properties: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}

function tableOf(fields: Readonly<Record<string, unknown>>, tags: Tags = {}): FieldTable {
  return new Map(
    Object.entries(fields).map(([key, value]) => {
      const tag = tags[key];
      return [
        key,
        typeof tag === 'object'
          ? { tag: 'F', value: tableOf(value as Record<string, unknown>, tag.F) }
          : fieldOf(value, tag),
      ];
    }),
  );
}

/** `Tag(u,0003)` is the field's bytes; what has no tag is as the capturing client writes it. */
function fieldOf(value: unknown, tag?: string): Field {
  const raw = /^Tag\((\w),([\da-f]*)\)$/.exec(String(value));
  if (raw !== null) return rawField(raw[1] as string, Buffer.from(raw[2] as string, 'hex'));
  if (value === null) return { tag: 'V', value: null };
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number') return { tag: tag === 'i' ? 'i' : 'I', value };
  return { tag: 'F', value: tableOf(value as Record<string, unknown>) };
}

function rawField(tag: string, bytes: Buffer): Field {
  switch (tag) {
    case 'b':
      return { tag, value: bytes.readInt8() };
    case 'B':
      return { tag, value: bytes.readUInt8() };
    case 's':
      return { tag, value: bytes.readInt16BE() };
    case 'u':
      return { tag, value: bytes.readUInt16BE() };
    case 'I':
      return { tag, value: bytes.readInt32BE() };
    case 'i':
      return { tag, value: bytes.readUInt32BE() };
    case 'l':
      return { tag, value: bytes.readBigInt64BE() };
    case 'f':
      return { tag, value: bytes.readFloatBE() };
    case 'd':
      return { tag, value: bytes.readDoubleBE() };
    case 'x':
      return { tag, value: bytes.subarray(4) };
    default:
      throw new Error(`no captured message has a field of type ${tag}`);
  }
}
