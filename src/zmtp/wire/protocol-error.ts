import { AlidadeError } from '../../shared/errors.ts';

/** What a peer did that ends its connection. */
export type Violation =
  /** It speaks ZMTP 1.0 or 2.0, or no ZMTP at all. */
  | 'version'
  /** It wants another security mechanism than NULL. */
  | 'mechanism'
  /** Its socket type cannot talk to ours. */
  | 'socket-type'
  /** It told in an ERROR command why it does not want us. */
  | 'error-from-peer'
  /** It went beyond one of our limits. */
  | 'limit'
  /** Its bytes are not what the protocol says. */
  | 'malformed';

/** Ends one connection, never the socket: a peer broke the protocol, or is of a kind we do not talk to. */
export class ProtocolError extends AlidadeError {
  readonly violation: Violation;

  constructor(violation: Violation, message: string) {
    super('ALI_PEER_PROTOCOL', message);
    this.violation = violation;
  }
}
