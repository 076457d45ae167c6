import { timeBytes } from './time.ts';

export const channelPrefix = Buffer.from('update/');

/** The channel on which the updates of a key are published. */
export function channelOf(fullKey: Uint8Array): Uint8Array {
  return Buffer.concat([channelPrefix, fullKey]);
}

/** What comes before the value in the notice of an indexed key: 03, the length of the sub-key, a line feed, the sub-key. */
export function indexedPrefix(encodedSubKey: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`\x03${encodedSubKey.length}\n`, 'latin1'), encodedSubKey]);
}

/** What a notice says; the bytes are shared with its payload. */
export type Notice =
  | { readonly type: 'attribute'; readonly encoded: Uint8Array }
  | { readonly type: 'sensor'; readonly member: Uint8Array }
  | { readonly type: 'indexed'; readonly encodedSubKey: Uint8Array; readonly encoded: Uint8Array };

/**
 * Reads the payload of a notice. The reference asks the server for the type of the key where the payload does not
 * name it; the first byte tells it as well: an encoded value begins with 80 (pickle) or FF (MessagePack), a time that
 * is not negative with 00 to 7F. The reference's releases 0.10 and 0.11 wrote the marker of an indexed key as the
 * text `x03`. Undefined is a payload that is none of these.
 */
export function parseNotice(payload: Uint8Array): Notice | undefined {
  const first = payload[0];
  if (first === undefined) return undefined;
  if (first >= 0x80) return { type: 'attribute', encoded: payload };
  if (first === 3) return indexed(payload, 1) ?? sensor(payload);
  if (first === 0x78 && payload[1] === 0x30 && payload[2] === 0x33) {
    return indexed(payload, 3) ?? sensor(payload);
  }
  // The markers of attributes and sensors are foreseen but not sent; times that begin so are below 1e-290.
  if (first === 1 && isHeader(payload[1])) return { type: 'attribute', encoded: payload.subarray(1) };
  if (first === 2 && isHeader(payload[1 + timeBytes]) && !isHeader(payload[timeBytes])) {
    return sensor(payload.subarray(1));
  }
  return sensor(payload);
}

function sensor(member: Uint8Array): Notice | undefined {
  return member.length > timeBytes ? { type: 'sensor', member } : undefined;
}

function indexed(payload: Uint8Array, start: number): Notice | undefined {
  let length = 0;
  let i = start;
  for (; payload[i] !== 0x0a; i++) {
    const digit = (payload[i] ?? 0) - 0x30;
    if (digit < 0 || digit > 9 || i - start > 9) return undefined;
    length = length * 10 + digit;
  }
  const subKeyEnd = i + 1 + length;
  if (i === start || subKeyEnd >= payload.length) return undefined;
  return {
    type: 'indexed',
    encodedSubKey: payload.subarray(i + 1, subKeyEnd),
    encoded: payload.subarray(subKeyEnd),
  };
}

function isHeader(byte: number | undefined): boolean {
  return byte === 0xff || byte === 0x80;
}
