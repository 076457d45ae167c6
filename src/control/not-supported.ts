import type { Operation } from './message.ts';

/** An operation that an endpoint has no method for; the service words it as the dialect of the request does. */
export class NotSupported extends Error {
  readonly operation: Operation;

  constructor(operation: Operation) {
    super(`this endpoint does not support ${operation}`);
    this.name = new.target.name;
    this.operation = operation;
  }
}
