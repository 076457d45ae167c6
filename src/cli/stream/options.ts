import { AlidadeError } from '../../shared/errors.ts';

/**
 * The endpoint that a text stands for: `tcp://…` and `ipc://…` as they are, `HOST:PORT`, or a `PORT` of this machine.
 *
 * @throws ALI_ENDPOINT when it is none
 */
export function parseAddress(text: string): string {
  if (/^\d{1,5}$/.test(text)) return `tcp://127.0.0.1:${parsePort(text)}`;
  if (text.includes('://')) return text;
  if (/^(?:\[[\da-f:.]+\]|[^\s:/]+):\d{1,5}$/i.test(text)) return `tcp://${text}`;
  throw new AlidadeError(
    'ALI_ENDPOINT',
    `'${text}' is no address of a stream: give tcp://HOST:PORT, HOST:PORT, a PORT of this machine or ipc://PATH`,
  );
}

/** @throws ALI_USAGE */
export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new AlidadeError('ALI_USAGE', `'${text}' is no port: a number from 0 to 65535 (0 for a free one)`);
}

/** @throws ALI_USAGE when it is not a whole number above 0 */
export function parseCount(text: string): number {
  return wholeFrom(1, text);
}

/** @throws ALI_USAGE when it is not a whole number */
export function parseWhole(text: string): number {
  return wholeFrom(0, text);
}

function wholeFrom(least: number, text: string): number {
  const count = Number(text);
  if (/^\d{1,15}$/.test(text) && count >= least) return count;
  throw new AlidadeError('ALI_USAGE', `'${text}' is not a whole number${least > 0 ? ' above 0' : ''}`);
}

/** @throws ALI_USAGE when it is not a number above 0 */
export function parseRate(text: string): number {
  const rate = Number(text);
  if (text.trim() !== '' && rate > 0 && Number.isFinite(rate)) return rate;
  throw new AlidadeError('ALI_USAGE', `'${text}' is not a number above 0`);
}

const unitBytes: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** A number of bytes: `1048576`, `512M`, `2G`, `512MB`, `512MiB`. @throws ALI_USAGE */
export function parseBytes(text: string): number {
  const match = /^(\d{1,15})\s*([KMG]?)(?:i?B)?$/i.exec(text.trim());
  const bytes = Number(match?.[1]) * (unitBytes[(match?.[2] ?? '').toUpperCase()] ?? Number.NaN);
  if (bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
  throw new AlidadeError('ALI_USAGE', `'${text}' is no number of bytes: give 1048576, 512M or 2G`);
}

/** Names in a list; may be given again. @throws ALI_USAGE when one is empty */
export function parseNames(text: string, before: readonly string[] = []): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new AlidadeError('ALI_USAGE', `'${text}' has an empty name`);
  return [...before, ...names];
}

/** One of these words, in any case. */
export function oneOf<Word extends string>(...words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const word = words.find((known) => known === text.toLowerCase());
    if (word !== undefined) return word;
    throw new AlidadeError('ALI_USAGE', `'${text}' is none of ${words.join(', ')}`);
  };
}

/** Where to listen: a host, `*` for every address of this machine, or an IPv6 address. */
export function boundAddress(host: string, port: number): string {
  return `tcp://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
}
