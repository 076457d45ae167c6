import type { Operation } from './message.ts';

/** As that of a ReplyError. */
const mark = Symbol.for('alidade.NotSupported');

/** An operation that an endpoint has no method for; the service words it as the dialect of the request does. */
export class NotSupported extends Error {
  readonly operation: Operation;

  get [mark](): true {
    return true;
  }

  constructor(operation: Operation) {
    super(`this endpoint does not support ${operation}`);
    this.name = new.target.name;
    this.operation = operation;
  }
}

export function isNotSupported(error: unknown): error is NotSupported {
  return error instanceof Error && mark in error;
}
