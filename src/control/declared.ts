import type { Request } from './message.ts';
import type { Answer, Maybe, Outcome, Value } from './value.ts';

/** What a specifier names at an endpoint: `get peaches.log_interval` reads it, `set` writes it. */
export interface Attribute {
  readonly name: string;
  /** Left out: it can only be written. */
  readonly read?: ((request: Request) => Maybe<Answer>) | undefined;
  /** Left out: it can only be read. */
  readonly write?: ((value: Value, request: Request) => Maybe<Outcome>) | undefined;
}

/** What `cmd peaches.start_logging` calls. */
export interface Command {
  readonly name: string;
  /** In their order; a trailing `?` says that it may be left out. */
  readonly parameters: readonly string[];
  readonly run: (values: readonly (Value | undefined)[], request: Request) => Maybe<Outcome>;
}

/** The type of each argument, by the names of the parameters: a trailing `?` may be undefined. */
export type ArgumentsOf<P extends readonly string[]> = {
  readonly [K in keyof P]: P[K] extends `${string}?` ? Value | undefined : Value;
};
