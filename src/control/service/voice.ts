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

/** What a service says: replies and alerts. It never throws; what could not be sent is counted and logged. */
export class Voice {
  readonly #options: VoiceOptions;
  /** Alerts that could not be sent since the last that could. */
  #lostAlerts = 0;

  constructor(options: VoiceOptions) {
    this.#options = options;
  }

  get sender(): SenderInfo {
    return this.#options.sender;
  }

  async reply(content: ReplyContent, envelope: Envelope): Promise<void> {
    const { tally, log } = this.#options;
    if (envelope.replyTo === undefined || envelope.replyTo === '') {
      tally.drop('no-reply-to');
      return;
    }
    try {
      await this.#send(this.#replyMessages(content, envelope));
      tally.replies += 1;
    } catch (error) {
      tally.drop('reply-not-sent');
      log.warning(`a reply to ${envelope.replyTo} was not sent: ${messageOf(error)}`);
    }
  }

  /** A result that no message can carry is answered with an error instead. */
  #replyMessages(content: ReplyContent, envelope: Envelope): readonly Message[] {
    try {
      return replyMessages(content, envelope, this.#signature());
    } catch (error) {
      this.#options.log.error(`an answer cannot be sent: ${messageOf(error)}`);
      const message = `the answer cannot be sent: ${messageOf(error)}`;
      return replyMessages(
        { code: replyCodes.unhandled_exception, message, payload: null },
        envelope,
        this.#signature(),
      );
    }
  }

  async alert(alert: OutgoingAlert, correlationId?: string): Promise<void> {
    const { tally, log, wire } = this.#options;
    try {
      await this.#send(alertMessages(alert, wire, this.#signature(), correlationId));
      tally.alerts += 1;
      if (this.#lostAlerts > 0) log.info('alerts go out again', { lost: this.#lostAlerts });
      this.#lostAlerts = 0;
    } catch (error) {
      tally.drop('alert-not-sent');
      // Of a bus that is away one line is enough.
      if (this.#lostAlerts === 0)
        log.warning(`the alert ${alert.routingKey} was not sent: ${messageOf(error)}`);
      this.#lostAlerts += 1;
    }
  }

  #signature(): Signature {
    const { sender, clock, maxPayloadBytes } = this.#options;
    return { sender, timeMs: clock.nowMs(), maxPayloadBytes };
  }

  async #send(messages: readonly Message[]): Promise<void> {
    for (const message of messages) await this.#options.bus.send(message);
  }
}
