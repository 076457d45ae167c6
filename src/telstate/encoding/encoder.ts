import { EncodeError } from '../errors.ts';

export const maxDepth = 1024;

export function encodeValue(value: unknown): Uint8Array {
  throw new EncodeError(`not yet: ${typeof value}`);
}
