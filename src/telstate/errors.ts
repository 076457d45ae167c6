import { AlidadeError } from '../shared/errors.ts';

interface ErrorOptions {
  readonly cause?: unknown;
}

/** Thrown when a value has no form in telescope state; nothing was sent to the store. */
export class EncodeError extends AlidadeError {
  constructor(message: string, options?: ErrorOptions) {
    super('ALI_ENCODE', message, options);
  }
}

/** Thrown by every read that meets stored bytes which are not an encoded value, or are pickled. */
export class DecodeError extends AlidadeError {
  constructor(message: string, options?: ErrorOptions) {
    super('ALI_DECODE', message, options);
  }
}

/** Thrown when an attribute or an indexed key would change its value, or a key its type; the store is as it was. */
export class ImmutableKeyError extends AlidadeError {
  constructor(message: string, options?: ErrorOptions) {
    super('ALI_IMMUTABLE', message, options);
  }
}

/** Thrown when the time of a sample is negative, infinite or not a number, or a bound of a range is not a number. */
export class InvalidTimestampError extends AlidadeError {
  constructor(message: string, options?: ErrorOptions) {
    super('ALI_TIMESTAMP', message, options);
  }
}

/** Thrown by a wait whose key or condition did not come true in the time allowed. */
export class TimeoutError extends AlidadeError {
  constructor(message: string, options?: ErrorOptions) {
    super('ALI_TIMEOUT', message, options);
  }
}

/** Thrown by a wait that was given up by its AbortSignal. */
export class CancelledError extends AlidadeError {
  constructor(message: string, options?: ErrorOptions) {
    super('ALI_ABORTED', message, options);
  }
}
