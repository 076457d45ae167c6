import { durationSeconds } from '../shared/duration.ts';
import { AlidadeError } from '../shared/errors.ts';

const iso =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?)?(?:Z|([+-])(\d{2}):?(\d{2}))?$/i;

/**
 * A time as people write it, in Unix seconds: `1700000000.5`, ISO 8601 (`2026-03-01`, `2026-03-01T12:00:00.5+01:00`;
 * without a zone it is UTC), or before now: `-10s`, `-5m`, `-2h`, `-1d`; `now` itself.
 *
 * @throws ALI_USAGE
 * @example
 * parseTime('-10s', () => 1700000010); // 1700000000
 */
export function parseTime(text: string, nowSeconds: () => number): number {
  const word = text.trim();
  if (word === 'now') return nowSeconds();
  const ago = word.startsWith('-') ? durationSeconds(word.slice(1)) : undefined;
  if (ago !== undefined) return nowSeconds() - ago;
  if (/^\d+(?:\.\d*)?(?:e\d+)?$/i.test(word)) return Number(word);
  const fromDate = dateSeconds(word);
  if (fromDate !== undefined) return fromDate;
  throw new AlidadeError(
    'ALI_USAGE',
    `'${text}' is not a time: give Unix seconds (1700000000.5), ISO 8601 (2026-03-01T12:00:00Z), now, or a time before now (-10s, -5m, -2h)`,
  );
}

const yearSeconds = 366 * 86_400;

/**
 * The time of a sample. A number of seconds that lies more than a year ahead is taken for milliseconds or worse: who
 * means it writes it as ISO 8601.
 *
 * @throws ALI_USAGE
 */
export function parseSampleTime(text: string, nowSeconds: () => number): number {
  const timeSeconds = parseTime(text, nowSeconds);
  const isNumber = /^[\d.e]+$/i.test(text.trim());
  if (!isNumber || timeSeconds <= nowSeconds() + yearSeconds) return timeSeconds;
  const inMilliseconds = timeSeconds / 1000;
  const meant =
    inMilliseconds <= nowSeconds() + yearSeconds ? ` Milliseconds would be ${inMilliseconds}.` : '';
  throw new AlidadeError(
    'ALI_USAGE',
    `${text} seconds is more than a year ahead (${formatTime(timeSeconds)}).${meant} If you mean it, write it as ISO 8601`,
  );
}

/** @throws ALI_USAGE when a range would end before it begins */
export function assertOrder(fromSeconds: number | undefined, toSeconds: number | undefined): void {
  if (fromSeconds === undefined || toSeconds === undefined || fromSeconds <= toSeconds) return;
  throw new AlidadeError(
    'ALI_USAGE',
    `--from is after --to: ${formatTime(fromSeconds)} is later than ${formatTime(toSeconds)}`,
  );
}

/**
 * Unix seconds as ISO 8601 in UTC to the microsecond, always of the same width; times outside the years 0 to 9999 as
 * the number they are.
 */
export function formatTime(timeSeconds: number): string {
  let whole = Math.floor(timeSeconds);
  let micros = Math.round((timeSeconds - whole) * 1e6);
  if (micros === 1_000_000) {
    whole += 1;
    micros = 0;
  }
  const date = new Date(whole * 1000);
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) return String(timeSeconds);
  return `${date.toISOString().slice(0, 19)}.${String(micros).padStart(6, '0')}Z`;
}

function dateSeconds(text: string): number | undefined {
  const match = iso.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const midnight = new Date(`${match[1]}-${match[2]}-${match[3]}T00:00:00Z`);
  // Days that do not exist, such as 31 April, roll over or give no date at all.
  const exists = midnight.getUTCMonth() + 1 === month && midnight.getUTCDate() === day;
  if (!exists || year === undefined) return undefined;
  const [zoneHours, zoneMinutes] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if ((hour ?? 0) > 23 || (minute ?? 0) > 59 || (second ?? 0) > 60) return undefined;
  if (zoneHours > 23 || zoneMinutes > 59) return undefined;
  const offset = (match[8] === '-' ? -1 : 1) * (zoneHours * 3600 + zoneMinutes * 60);
  const clock = (hour ?? 0) * 3600 + (minute ?? 0) * 60 + (second ?? 0);
  return midnight.getTime() / 1000 + clock - offset + Number(match[7] ?? 0);
}
