import type { Answer, ExactValue, Value } from './value.ts';

/**
 * The generations of dripline on the wire. v1 (1.4, 2015) and v2 (2.x) put everything into the body, v3 (today's)
 * everything but the payload into AMQP headers. A v3 message ends services of v1 and v2, so a dialect is never tried out.
 */
export type Dialect = 'v1' | 'v2' | 'v3';

export const dialects: readonly Dialect[] = ['v1', 'v2', 'v3'];

/** Operations and their numbers on the wire, the same in every generation. v3 knows get, set and cmd. */
export const operationNumbers = { set: 0, get: 1, config: 6, send: 7, run: 8, cmd: 9 } as const;

export type Operation = keyof typeof operationNumbers;

/** Who sent a message. */
export interface SenderInfo {
  /** The program, as its path or name. */
  readonly exe: string;
  readonly hostname: string;
  readonly username: string;
  /** The service that sent it; of a client a name of its own, or empty. */
  readonly serviceName: string;
  /** Package names with their versions. */
  readonly versions: Readonly<Record<string, Version>>;
}

export interface Version {
  readonly version: string;
  readonly commit?: string;
  readonly package?: string;
}

/** What an endpoint is asked. */
export interface Request {
  /** The operation; of one that no generation knows, its number on the wire. */
  readonly operation: Operation | number;
  /** The endpoint, the service, or `broadcast`. */
  readonly target: string;
  /** Which part of it, as sent; empty if none. See {@link normalSpecifier}. */
  readonly specifier: string;
  /** Positional arguments, 4.0 and 4 told apart; undefined if the payload has none at all. */
  readonly values: readonly ExactValue[] | undefined;
  /** Arguments by their names, 4.0 and 4 told apart. */
  readonly keyed: ReadonlyMap<string, ExactValue>;
  /** The whole payload, of which values and keyed arguments are the parts. */
  readonly exactPayload: ExactValue;
  /** As sent; empty if none. */
  readonly lockoutKey: string;
  readonly sender: SenderInfo;
  /** When it was sent, by the sender's clock, in the sender's own form. */
  readonly timestamp: string;
  readonly dialect: Dialect;
}

/** What came back. */
export interface Reply {
  /** 0 is success, below 100 a warning, else an error; see {@link replyCodes}. */
  readonly code: number;
  readonly message: string;
  readonly payload: Value;
  /** The same with 4.0 and 4 told apart, and the keys in their order. */
  readonly exactPayload: ExactValue;
  readonly sender: SenderInfo;
  readonly timestamp: string;
  readonly dialect: Dialect;
}

/** What a service tells everybody who listens. */
export interface Alert {
  readonly routingKey: string;
  readonly payload: Value;
  readonly exactPayload: ExactValue;
  readonly sender: SenderInfo;
  readonly timestamp: string;
  readonly dialect: Dialect;
}

/** An alert to be sent. */
export interface OutgoingAlert {
  /** Dotted words, as `sensor_value.peaches`. */
  readonly routingKey: string;
  readonly payload: Answer;
}

/** Dashes count as underscores: `log-interval` is `log_interval`. */
export function normalSpecifier(specifier: string): string {
  return specifier.replaceAll('-', '_');
}
