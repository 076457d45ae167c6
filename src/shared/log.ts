import type { Writable } from 'node:stream';
import { type Clock, systemClock } from './clock.ts';
import { AlidadeError } from './errors.ts';
import { printable } from './printable.ts';

/** From the least to the most urgent. */
export const logLevels = ['debug', 'info', 'warning', 'error', 'critical'] as const;

export type LogLevel = (typeof logLevels)[number];

/** What other programs call them. */
const otherNames: Readonly<Record<string, LogLevel>> = {
  trace: 'debug',
  notset: 'debug',
  prog: 'info',
  notice: 'info',
  warn: 'warning',
  fatal: 'critical',
};

/** Facts beside the text of an entry, such as the name of a channel. */
export type LogFields = Readonly<Record<string, string | number | bigint | boolean | undefined>>;

type Say = (text: string, fields?: LogFields) => void;

/** What a program that runs for long tells its operator. */
export type Log = Readonly<Record<LogLevel, Say>>;

export interface LogOptions {
  /** What is less urgent is not written ('info'). */
  readonly level?: LogLevel | undefined;
  /** `json`: an object a line, for programs; else lines for people. */
  readonly format?: 'text' | 'json' | undefined;
  /** Which part of the program speaks; stands in each entry. */
  readonly name: string;
  /** Where the lines go (standard error). */
  readonly output?: Pick<Writable, 'write'> | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Reads the name of a level in any case: ours, those of Python's logging, or those of dripline's C++ programs.
 *
 * @throws ALI_USAGE when it is none
 * @example
 * const level = parseLogLevel('WARN'); // 'warning'
 */
export function parseLogLevel(text: string): LogLevel {
  const name = text.toLowerCase();
  const level = Object.hasOwn(otherNames, name)
    ? otherNames[name]
    : logLevels.find((known) => known === name);
  if (level === undefined) {
    throw new AlidadeError(
      'ALI_USAGE',
      `"${printable(text)}" is no level of a log (${logLevels.join(', ')})`,
    );
  }
  return level;
}

/**
 * Opens the log of a program. Its engine (pino) is loaded here, so that a command that has no log does not pay for it.
 *
 * In text, an entry is `2026-01-31T12:00:00.000Z WARNING buffer: the text (channel=A, pulse_id=7)`; in JSON,
 * `{"level":"warning","time":"2026-…Z","name":"buffer","channel":"A","message":"the text"}`. Control characters are
 * escaped in both: an entry is one line, whatever a peer put into it.
 *
 * @example
 * const log = await openLog({ name: 'buffer', level: parseLogLevel('INFO') });
 * log.warning('a pulse is missing', { pulse_id: 7 });
 */
export async function openLog(options: LogOptions): Promise<Log> {
  const { level = 'info', format = 'text', name, output = process.stderr, clock = systemClock } = options;
  const { pino } = await import('pino');
  const customLevels = Object.fromEntries(logLevels.map((one, index) => [one, 10 * (index + 2)])) as Record<
    LogLevel,
    number
  >;
  const logger = pino<LogLevel, true>(
    {
      level,
      customLevels,
      useOnlyCustomLevels: true,
      base: { name },
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date(clock.nowMs()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line) => output.write(format === 'json' ? line : readable(line)) },
  );
  const sayAt =
    (at: LogLevel): Say =>
    (text, fields = {}) =>
      logger[at](withoutBigints(fields), text);
  return Object.fromEntries(logLevels.map((one) => [one, sayAt(one)])) as Log;
}

/** pino would give a bigint in quotation marks of its own making, or throw; as text it keeps all digits. */
function withoutBigints(fields: LogFields): Record<string, string | number | boolean | undefined> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, typeof value === 'bigint' ? String(value) : value]),
  );
}

function readable(line: string): string {
  const { level, time, name, message, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const facts = Object.entries(fields).map(([key, value]) => `${key}=${value}`);
  const tail = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
  return `${printable(`${time} ${String(level).toUpperCase().padEnd(7)} ${name}: ${message}${tail}`)}\n`;
}
