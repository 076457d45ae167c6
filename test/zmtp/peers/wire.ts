/** The bytes of ZMTP 3 as its specification (ZeroMQ RFC 23 and 37) has them, for peers that the suites play themselves. */

export interface GreetingOptions {
  readonly version?: readonly [major: number, minor: number];
  readonly mechanism?: string;
  readonly asServer?: boolean;
}

/** The 64 bytes that each side sends first. */
export function greeting({
  version = [3, 1],
  mechanism = 'NULL',
  asServer = false,
}: GreetingOptions = {}): Buffer {
  const bytes = Buffer.alloc(64);
  bytes[0] = 0xff;
  bytes[9] = 0x7f;
  bytes.set(version, 10);
  bytes.write(mechanism, 12, 'latin1');
  bytes[32] = asServer ? 1 : 0;
  return bytes;
}

const more = 1;
const long = 2;
const isCommand = 4;

/** One frame; `long` where that is wanted though it need not be. */
export function frame(body: Uint8Array, flags = 0, lengthBytes = body.length): Buffer {
  if (lengthBytes <= 255 && (flags & long) === 0) return Buffer.from([flags, lengthBytes, ...body]);
  const head = Buffer.alloc(9);
  head[0] = flags | long;
  head.writeBigUInt64BE(BigInt(lengthBytes), 1);
  return Buffer.concat([head, body]);
}

/** A whole message. */
export function message(...frames: readonly (Uint8Array | string)[]): Buffer {
  return Buffer.concat(
    frames.map((body, i) => frame(Buffer.from(body as Uint8Array), i < frames.length - 1 ? more : 0)),
  );
}

/** A frame of a message that goes on. */
export const moreFrame = (body: Uint8Array | string) => frame(Buffer.from(body as Uint8Array), more);

export function command(name: string, body: Uint8Array = Buffer.alloc(0)): Buffer {
  return frame(Buffer.concat([Buffer.from([name.length]), Buffer.from(name), body]), isCommand);
}

export function readyBody(properties: Readonly<Record<string, string>>): Buffer {
  const body = Object.entries(properties).map(([name, value]) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(value.length);
    return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), length, Buffer.from(value)]);
  });
  return Buffer.concat(body);
}

export const ready = (properties: Readonly<Record<string, string>>) =>
  command('READY', readyBody(properties));

/** A subscription as a message, the form of ZMTP 3.0. */
export const subscription = (prefix: string) => message(Buffer.from(`\x01${prefix}`));
export const cancellation = (prefix: string) => message(Buffer.from(`\x00${prefix}`));

export function ping(timeToLiveTenths: number, context = ''): Buffer {
  const body = Buffer.alloc(2);
  body.writeUInt16BE(timeToLiveTenths);
  return command('PING', Buffer.concat([body, Buffer.from(context)]));
}

export interface WireFrame {
  readonly isCommand: boolean;
  readonly hasMore: boolean;
  readonly body: Buffer;
}

/** The frame at the start of `bytes` and where the next one begins, or undefined while it is not whole. */
export function readFrame(bytes: Buffer): { readonly frame: WireFrame; readonly end: number } | undefined {
  const flags = bytes[0];
  if (flags === undefined) return undefined;
  const start = (flags & long) === 0 ? 2 : 9;
  if (bytes.length < start) return undefined;
  const length = (flags & long) === 0 ? (bytes[1] ?? 0) : Number(bytes.readBigUInt64BE(1));
  const end = start + length;
  if (bytes.length < end) return undefined;
  const body = Buffer.from(bytes.subarray(start, end));
  return { frame: { isCommand: (flags & isCommand) !== 0, hasMore: (flags & more) !== 0, body }, end };
}
