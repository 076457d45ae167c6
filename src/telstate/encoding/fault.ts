import { DecodeError, EncodeError } from '../errors.ts';

/**
 * What the parts shared by reading and writing throw: they do not know on which side they stand. It never leaves
 * this folder: the boundary turns it into an EncodeError or a DecodeError.
 */
export class Fault extends Error {}

/** Runs `action` for a caller who is building a value: a fault becomes an EncodeError. */
export function building<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof Fault ? new EncodeError(error.message) : error;
  }
}

/** The DecodeError for whatever was thrown while stored bytes were read. */
export function asDecodeError(error: unknown): unknown {
  return error instanceof Fault ? new DecodeError(`stored bytes cannot be decoded: ${error.message}`) : error;
}
