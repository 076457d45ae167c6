import type { Dialect } from '../message.ts';

/** The present in UTC as a generation writes it: v1 in whole seconds, the others in microseconds. */
export function timestampText(timeMs: number, dialect: Dialect): string {
  const text = new Date(timeMs).toISOString();
  return dialect === 'v1' ? `${text.slice(0, 19)}Z` : `${text.slice(0, -1)}000Z`;
}
