/** Flags of a frame (RFC 37, "Framing"). */
export const more = 0x01;
export const long = 0x02;
export const command = 0x04;

/** Flags and eight bytes of length. */
export const longHeaderBytes = 9;

/** One whole frame, for what is sent seldom: messages go through the Encoder. */
export function encodeFrame(flags: number, body: Uint8Array): Uint8Array {
  const { length } = body;
  const head = length > 255 ? longHeaderBytes : 2;
  const bytes = Buffer.allocUnsafe(head + length);
  if (length > 255) {
    bytes[0] = flags | long;
    bytes.writeBigUInt64BE(BigInt(length), 1);
  } else {
    bytes[0] = flags;
    bytes[1] = length;
  }
  bytes.set(body, head);
  return bytes;
}
