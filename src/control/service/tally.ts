/** Why a service dropped something that came or was to go. */
export type ServiceDropReason =
  /** No generation writes so; answered where somebody waits for it. */
  | 'unreadable'
  /** A reply or an alert among the requests. */
  | 'not-a-request'
  /** Its endpoint works off too many already; answered. */
  | 'queue-full'
  /** It waited for its endpoint too long to be done still; answered. */
  | 'waited-too-long'
  /** A name that is bound but not ours. */
  | 'no-such-endpoint'
  /** Nobody waits for the reply. */
  | 'no-reply-to'
  | 'reply-not-sent'
  | 'alert-not-sent';

/** What a service did since it started. */
export class Tally {
  requests = 0;
  replies = 0;
  alerts = 0;
  readonly dropped: Record<ServiceDropReason, number> = {
    unreadable: 0,
    'not-a-request': 0,
    'queue-full': 0,
    'waited-too-long': 0,
    'no-such-endpoint': 0,
    'no-reply-to': 0,
    'reply-not-sent': 0,
    'alert-not-sent': 0,
  };

  drop(reason: ServiceDropReason): void {
    this.dropped[reason] += 1;
  }
}
