import { type ReplyCodeName, replyCodes } from './reply-code.ts';
import type { Answer } from './value.ts';

/** Carried by those of every copy of this package: a class of the user's own may have brought another. */
const mark = Symbol.for('alidade.ReplyError');

/**
 * Thrown by an endpoint to answer with a code, a text and, where wanted, a payload. Anything else that an endpoint throws
 * is answered with code 999 and its message. A code below 100 is a warning: what was asked for is done.
 *
 * @example
 * class Pump extends Endpoint {
 *   override onSet(value: Value): Answer {
 *     if (value !== 'on' && value !== 'off') {
 *       throw new ReplyError('service_error_invalid_value', `a pump is on or off, not ${String(value)}`);
 *     }
 *     return null;
 *   }
 * }
 */
export class ReplyError extends Error {
  readonly code: number;
  readonly payload: Answer | undefined;

  get [mark](): true {
    return true;
  }

  constructor(
    code: ReplyCodeName | number,
    message: string,
    payload?: Answer,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = new.target.name;
    const number = typeof code === 'number' ? code : replyCodes[code];
    this.code = isCode(number) ? number : replyCodes.unhandled_exception;
    this.payload = payload;
  }
}

export function isReplyError(error: unknown): error is ReplyError {
  return error instanceof Error && mark in error;
}

/** On the wire of v3 it has 32 bits without a sign. */
function isCode(number: number): boolean {
  return Number.isInteger(number) && number >= 0 && number < 2 ** 32;
}
