import { ReplyError } from './reply-error.ts';
import type { Value } from './value.ts';

/** The numbers that a set takes, the ends included. */
export interface Range {
  readonly least?: number | undefined;
  readonly most?: number | undefined;
}

/**
 * Refuses what is not a number within a range, text that holds one included.
 *
 * @throws ReplyError 304 that names the endpoint, the range and what was given
 */
export function assertInRange(name: string, value: Value, range: Range, units: string | undefined): void {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  const isNumber = (typeof number === 'number' && !Number.isNaN(number)) || typeof number === 'bigint';
  const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = range;
  if (isNumber && number >= least && number <= most) return;
  const found = JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item));
  throw new ReplyError(
    'service_error_invalid_value',
    `${name} takes ${rangeText(range)}${units === undefined ? '' : ` ${units}`}, not ${found.slice(0, 100)}`,
  );
}

function rangeText({ least, most }: Range): string {
  if (least === undefined) return most === undefined ? 'a number' : `a number up to ${most}`;
  return most === undefined ? `a number from ${least} on` : `a number from ${least} to ${most}`;
}
