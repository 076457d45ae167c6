import { command, encodeFrame } from './frame.ts';
import { ProtocolError } from './protocol-error.ts';

/** A command's name and what follows it. */
export interface Command {
  readonly name: string;
  readonly data: Uint8Array;
}

/** Of a PING's context (RFC 37). */
const maxContextBytes = 16;

/** A whole command frame. */
export function encodeCommand(name: string, data: Uint8Array): Uint8Array {
  return encodeFrame(command, Buffer.concat([Uint8Array.of(name.length), Buffer.from(name, 'latin1'), data]));
}

/** @throws ProtocolError when the body of a command frame does not begin with a name */
export function decodeCommand(body: Uint8Array): Command {
  const length = body[0] ?? 0;
  if (length === 0 || 1 + length > body.length) {
    throw new ProtocolError('malformed', 'a command frame does not begin with the name of a command');
  }
  return { name: text(body.subarray(1, 1 + length)), data: body.subarray(1 + length) };
}

export function encodeReady(socketType: string): Uint8Array {
  return encodeCommand('READY', encodeProperty('Socket-Type', socketType));
}

function encodeProperty(name: string, value: string): Uint8Array {
  const bytes = Buffer.alloc(1 + name.length + 4 + value.length);
  bytes[0] = name.length;
  bytes.write(name, 1, 'latin1');
  bytes.writeUInt32BE(value.length, 1 + name.length);
  bytes.write(value, 1 + name.length + 4, 'latin1');
  return bytes;
}

/** The properties of a READY, by their names in small letters: case does not count (RFC 37). */
export function decodeProperties(data: Uint8Array): Map<string, string> {
  const properties = new Map<string, string>();
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at < data.length; ) {
    const nameEnd = at + 1 + view.getUint8(at);
    if (nameEnd + 4 > data.length) throw cutProperty();
    const valueEnd = nameEnd + 4 + view.getUint32(nameEnd);
    if (valueEnd > data.length) throw cutProperty();
    properties.set(
      text(data.subarray(at + 1, nameEnd)).toLowerCase(),
      text(data.subarray(nameEnd + 4, valueEnd)),
    );
    at = valueEnd;
  }
  return properties;
}

function cutProperty(): ProtocolError {
  return new ProtocolError('malformed', 'a property in READY is longer than the command');
}

/** What stands in an ERROR: one byte of length and a reason. */
export function encodeError(reason: string): Uint8Array {
  const bytes = Buffer.from(reason, 'latin1').subarray(0, 255);
  return encodeCommand('ERROR', Buffer.concat([Uint8Array.of(bytes.length), bytes]));
}

/** The reason in an ERROR, for a message: whatever is not printable is shown as a question mark. */
export function decodeError(data: Uint8Array): string {
  const reason = text(data.subarray(1, 1 + (data[0] ?? 0)));
  return reason.replace(/[^\x20-\x7e]/g, '?');
}

/** `ttlMs` 0 asks the peer for no time-out; it is sent in tenths of a second, rounded up. */
export function encodePing(ttlMs: number): Uint8Array {
  const ttl = Math.min(0xffff, Math.ceil(ttlMs / 100));
  return encodeCommand('PING', Uint8Array.of(ttl >> 8, ttl & 0xff));
}

export function decodePing(data: Uint8Array): { ttlMs: number; context: Uint8Array } {
  if (data.length < 2 || data.length > 2 + maxContextBytes) {
    throw new ProtocolError(
      'malformed',
      `a PING carries 2 to ${2 + maxContextBytes} bytes, not ${data.length}`,
    );
  }
  return { ttlMs: (((data[0] as number) << 8) | (data[1] as number)) * 100, context: data.subarray(2) };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
