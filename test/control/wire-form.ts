import type { Message } from '../../src/bus/index.ts';
import { isHeaderMessage } from '../../src/control/protocol/header.ts';
import { readMsgpack } from '../../src/control/protocol/msgpack.ts';
import { writeExact } from '../../src/shm/index.ts';

const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$/;

/**
 * What a message is on the wire, but for what is never the same twice: time (only its form is kept), who sent it (only the
 * names of the fields), ids that are made up.
 */
export function wireForm({ exchange, routingKey, body, properties }: Message): unknown {
  const { headers, messageId, ...rest } = properties;
  const bytes = Buffer.from(body);
  const pieces = messageId?.replace(/^[^/]*/, 'ID');
  if (isHeaderMessage({ exchange, routingKey, body, properties, queue: '' })) {
    const fields = [...(headers ?? [])]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => {
        if (key === 'timestamp') return [key, field.tag, timestamp.test(String(field.value))];
        if (key === 'sender_info') return [key, senderForm(field)];
        return [key, field.tag, field.value];
      });
    return { exchange, routingKey, ...rest, messageId: pieces, fields, body: bytes.toString('latin1') };
  }
  const text =
    properties.contentEncoding === 'application/msgpack'
      ? `msgpack ${writeExact(readMsgpack(bytes))}`
      : bytes.toString('latin1');
  return { exchange, routingKey, ...rest, headers, body: bodyForm(text) };
}

function bodyForm(text: string): string {
  return text
    .replace(
      /"timestamp": "[-\d]+T[:\d]+(\.\d{6})?Z"/,
      (_found, micros?: string) => `"timestamp": "${micros === undefined ? 's' : 'us'}"`,
    )
    .replace(/"sender_info": \{[^}]*\}/, (found) => found.replace(/": "[^"]*"/g, '": ""'));
}

interface Shaped {
  readonly tag: string;
  readonly value: unknown;
}

/** Names and tags of who sent it; which packages he has is his own affair. */
function senderForm({ tag, value }: Shaped): unknown {
  const fields = value as ReadonlyMap<string, Shaped>;
  return [tag, [...fields].map(([key, field]) => `${key}:${field.tag}`).toSorted()];
}
