import type { Clock } from '../../shared/clock.ts';
import type { Log, LogFields, LogLevel } from '../../shared/log.ts';
import type { Dialect, OutgoingAlert } from '../message.ts';
import { PerMinute } from './per-minute.ts';

export interface StatusMessageOptions {
  readonly log: Log;
  readonly clock: Clock;
  /** The name of the service. */
  readonly from: string;
  readonly wire: Dialect;
  readonly alert: (alert: OutgoingAlert) => Promise<unknown>;
}

/** So many a minute go out; the rest is counted in the next. People read them, in a channel with others. */
const perMinute = 20;

/**
 * A log of which warnings, errors and critical entries are also told to everybody, as alerts with
 * `status_message.<severity>.<service>` (v1, v2) or `status_message.<service>.<severity>` (v3). The log that it stands on
 * gets everything, and what is logged there by the sending of alerts is not sent in turn.
 */
export function withStatusMessages({ log, clock, from, wire, alert }: StatusMessageOptions): Log {
  const rate = new PerMinute(clock, perMinute);
  const tell = (level: LogLevel, text: string) => {
    const held = rate.pass();
    if (held === undefined) return;
    const payload = held === 0 ? text : `${text} (${held} more were not told)`;
    const routingKey = wire === 'v3' ? `status_message.${from}.${level}` : `status_message.${level}.${from}`;
    void alert({ routingKey, payload });
  };
  const both = (level: LogLevel) => (text: string, fields?: LogFields) => {
    log[level](text, fields);
    tell(level, text);
  };
  return { ...log, warning: both('warning'), error: both('error'), critical: both('critical') };
}
