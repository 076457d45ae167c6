import { ascii, joined, putChecksum, u8, u32, u64, undefinedAddress } from './bytes.ts';

export const superblockBytes = 48;

/**
 * Superblock, version 3. Its consistency flags stay 0 all the time, so that plain readers, SWMR readers and a program
 * that repairs all accept the file at any moment, also after a crash.
 */
export function superblock(endOfFile: number, rootAddress: number): Uint8Array {
  const signature = joined(u8(0x89), ascii('HDF\r\n'), u8(0x1a, 0x0a));
  const [version, addressBytes, lengthBytes, flags, baseAddress] = [3, 8, 8, 0, 0];
  const bytes = joined(
    signature,
    u8(version, addressBytes, lengthBytes, flags),
    u64(baseAddress),
    u64(undefinedAddress),
    u64(endOfFile),
    u64(rootAddress),
    u32(0),
  );
  putChecksum(bytes, 44);
  return bytes;
}
