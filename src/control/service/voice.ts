import type { Bus, Message } from '../../bus/index.ts';
import type { Clock } from '../../shared/clock.ts';
import { messageOf } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { Dialect, OutgoingAlert, SenderInfo } from '../message.ts';
import type { Envelope, ReplyContent } from '../protocol/incoming.ts';
import { alertMessages, replyMessages, type Signature } from '../protocol/write.ts';
import { replyCodes } from '../reply-code.ts';
import type { Tally } from './tally.ts';

export interface VoiceOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Log;
  readonly tally: Tally;
  /** Of its alerts; replies are in the dialect of their requests. */
  readonly wire: Dialect;
  readonly sender: SenderInfo;
  readonly maxPayloadBytes: number;
}

/** A text is a header in v3, where a frame of the broker is the limit. */
const maxTextLength = 8000;

/** What a service says: replies and alerts. It never throws; what could not be sent is counted and logged. */
export class Voice {
  readonly #options: VoiceOptions;
  /** What could not be sent since the last that could: of a bus that is away one line in the log is enough. */
  readonly #lost = { reply: 0, alert: 0 };

  constructor(options: VoiceOptions) {
    this.#options = options;
  }

  get sender(): SenderInfo {
    return this.#options.sender;
  }

  async reply(content: ReplyContent, envelope: Envelope): Promise<void> {
    const { tally } = this.#options;
    if (envelope.replyTo === undefined || envelope.replyTo === '') {
      tally.drop('no-reply-to');
      return;
    }
    const what = `a reply to ${envelope.replyTo}`;
    if (await this.#send('reply', what, () => this.#replyMessages(content, envelope))) tally.replies += 1;
    else tally.drop('reply-not-sent');
  }

  /** A result that no message can carry is answered with an error instead. */
  #replyMessages(content: ReplyContent, envelope: Envelope): readonly Message[] {
    try {
      const message = content.message.slice(0, maxTextLength);
      return replyMessages({ ...content, message }, envelope, this.#signature());
    } catch (error) {
      this.#options.log.error(`an answer cannot be sent: ${messageOf(error)}`);
      const code = replyCodes.unhandled_exception;
      const message = `the answer cannot be sent: ${messageOf(error)}`.slice(0, maxTextLength);
      return replyMessages({ code, message, payload: null }, envelope, this.#signature());
    }
  }

  /** @returns whether it was sent */
  async alert(alert: OutgoingAlert, correlationId?: string): Promise<boolean> {
    const { tally, wire } = this.#options;
    const what = `the alert ${alert.routingKey}`;
    const messages = () => alertMessages(alert, wire, this.#signature(), correlationId);
    const isSent = await this.#send('alert', what, messages);
    if (isSent) tally.alerts += 1;
    else tally.drop('alert-not-sent');
    return isSent;
  }

  #signature(): Signature {
    const { sender, clock, maxPayloadBytes } = this.#options;
    return { sender, timeMs: clock.nowMs(), maxPayloadBytes };
  }

  /** @returns whether it was sent */
  async #send(kind: 'reply' | 'alert', what: string, messages: () => readonly Message[]): Promise<boolean> {
    const { bus, log } = this.#options;
    try {
      for (const message of messages()) await bus.send(message);
    } catch (error) {
      if (this.#lost[kind] === 0) log.warning(`${what} was not sent: ${messageOf(error)}`);
      this.#lost[kind] += 1;
      return false;
    }
    const lost = this.#lost[kind];
    if (lost > 0) {
      this.#lost[kind] = 0;
      log.info(`${kind === 'reply' ? 'replies' : 'alerts'} go out again`, { lost });
    }
    return true;
  }
}
