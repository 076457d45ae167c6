import type { Properties } from '../../bus/index.ts';
import type { Alert, Dialect, Reply, Request } from '../message.ts';
import type { Answer } from '../value.ts';

/** Where a reply goes, and what of the request it carries. */
export interface Envelope {
  readonly dialect: Dialect;
  /** The queue of whoever asked; undefined where nobody waits. */
  readonly replyTo: string | undefined;
  /** Of the request: replies of v1 and v2 echo them. */
  readonly properties: Properties;
}

/** What is answered. */
export interface ReplyContent {
  readonly code: number;
  readonly message: string;
  readonly payload: Answer;
}

/** What a message turned out to be. */
export type Incoming =
  | { readonly kind: 'request'; readonly request: Request; readonly envelope: Envelope }
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'alert'; readonly alert: Alert }
  | Unreadable;

/** A message that says nothing to us. Where its sender waits for a reply, this is the one to send. */
export interface Unreadable {
  readonly kind: 'unreadable';
  readonly reason: string;
  readonly envelope?: Envelope | undefined;
  readonly outcome?: ReplyContent | undefined;
}
