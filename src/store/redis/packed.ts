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
export function packedArray(args: readonly Argument[]): Buffer {
  let sizeBytes = 5;
  for (const argument of args)
    sizeBytes += 5 + (typeof argument === 'string' ? Buffer.byteLength(argument) : argument.length);
  const packed = Buffer.allocUnsafe(sizeBytes);
  let at = header(packed, 0, 0xdd, args.length);
  for (const argument of args) {
    const start = at + 5;
    const length =
      typeof argument === 'string' ? packed.write(argument, start) : asBuffer(argument).copy(packed, start);
    at = header(packed, at, 0xdb, length) + length;
  }
  return packed;
}

function header(packed: Buffer, at: number, type: number, length: number): number {
  packed[at] = type;
  return packed.writeUInt32BE(length, at + 1);
}
