import type { Dialect } from '../message.ts';

/** Many messages go out in one millisecond. */
let last = { timeMs: Number.NaN, text: '' };

/** The present in UTC as a generation writes it: v1 in whole seconds, the others in microseconds. */
export function timestampText(timeMs: number, dialect: Dialect): string {
  if (timeMs !== last.timeMs) last = { timeMs, text: new Date(timeMs).toISOString() };
  const { text } = last;
  return dialect === 'v1' ? `${text.slice(0, 19)}Z` : `${text.slice(0, -1)}000Z`;
}
