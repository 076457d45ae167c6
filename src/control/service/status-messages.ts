import type { Clock } from '../../shared/clock.ts';
import type { Log, LogFields, LogLevel } from '../../shared/log.ts';
import type { Dialect, OutgoingAlert } from '../message.ts';

export interface StatusMessageOptions {
  readonly log: Log;
  readonly clock: Clock;
  /** The name of the service. */
  readonly from: string;
  readonly wire: Dialect;
  readonly alert: (alert: OutgoingAlert) => Promise<void>;
}

/** So many a minute go out; the rest is counted in the next. People read them, in a channel with others. */
const perMinute = 20;
const minuteMs = 60_000;

/**
 * A log of which warnings, errors and critical entries are also told to everybody, as alerts with
 * `status_message.<severity>.<service>` (v1, v2) or `status_message.<service>.<severity>` (v3). The log that it stands on
 * gets everything, and what is logged there by the sending of alerts is not sent in turn.
 */
export function withStatusMessages({ log, clock, from, wire, alert }: StatusMessageOptions): Log {
  let minute = 0;
  let sent = 0;
  let held = 0;
  const tell = (level: LogLevel, text: string) => {
    const now = Math.floor(clock.nowMs() / minuteMs);
    if (now !== minute) {
      minute = now;
      sent = 0;
    }
    if (sent >= perMinute) {
      held += 1;
      return;
    }
    sent += 1;
    const payload = held === 0 ? text : `${text} (${held} more were not told)`;
    held = 0;
    const routingKey = wire === 'v3' ? `status_message.${from}.${level}` : `status_message.${level}.${from}`;
    void alert({ routingKey, payload });
  };
  const both = (level: LogLevel) => (text: string, fields?: LogFields) => {
    log[level](text, fields);
    tell(level, text);
  };
  return { ...log, warning: both('warning'), error: both('error'), critical: both('critical') };
}
