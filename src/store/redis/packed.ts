import { asBuffer } from './bytes.ts';
import type { Argument } from './connection.ts';

/** A server hangs up on a command of 2^20 parts, so that more of them travel packed. */
const mostUnpacked = 200_000;
const atOnce = 8192;

/** The arguments of the batch script: as they are, or, where there are very many, `packed` and then MessagePack arrays. */
export function packArguments(args: readonly Argument[]): readonly Argument[] {
  if (args.length <= mostUnpacked) return args;
  const packed: Argument[] = ['packed'];
  for (let i = 0; i < args.length; i += atOnce) packed.push(packedArray(args.slice(i, i + atOnce)));
  return packed;
}

/** A MessagePack array of byte strings, in the forms that every Redis since 2.8 unpacks: array 32 and str 32. */
function packedArray(args: readonly Argument[]): Buffer {
  const parts: Buffer[] = [header(0xdd, args.length)];
  for (const argument of args) {
    const bytes = typeof argument === 'string' ? Buffer.from(argument) : asBuffer(argument);
    parts.push(header(0xdb, bytes.length), bytes);
  }
  return Buffer.concat(parts);
}

function header(type: number, length: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes[0] = type;
  bytes.writeUInt32BE(length, 1);
  return bytes;
}
