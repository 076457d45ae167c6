import type { ConnectionOptions } from 'node:tls';
import { AlidadeError } from '../../shared/errors.ts';

/** A Redis server, and who we are to it. */
export interface RedisTarget {
  readonly host: string;
  readonly port: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** The database that the URL names: every space is there then. */
  readonly database: number | undefined;
  /** TLS options of a `rediss:` URL. */
  readonly tls: ConnectionOptions | undefined;
  /** The URL without user and password: what errors and tables show. */
  readonly location: string;
}

const form = 'redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE], or rediss:// for TLS';

/**
 * Reads `redis://[user:password@]host[:port][/database]` or `rediss://…`. No error shows a user or password.
 *
 * @throws ALI_STORE_URL
 */
export function redisTarget(url: URL | string, tls: ConnectionOptions = {}): RedisTarget {
  const parsed = typeof url === 'string' ? parse(url) : url;
  const secure = parsed.protocol === 'rediss:';
  if (!secure && parsed.protocol !== 'redis:') throw badUrl(`'${parsed.protocol}' is not a Redis URL`);
  if (parsed.hostname === '') throw badUrl('the Redis URL names no host');
  if (parsed.search !== '' || parsed.hash !== '') {
    throw badUrl(
      `the Redis URL for ${parsed.host} has parameters after its database, which mean nothing here`,
    );
  }
  const database = databaseOf(parsed);
  const path = database === undefined ? '' : `/${database}`;
  const port = parsed.port === '' ? 6379 : Number(parsed.port);
  const host = decoded(parsed.hostname.replace(/^\[(.*)\]$/, '$1'));
  const shown = host.includes(':') ? `[${host}]` : host;
  const named = /^[\d.:]+$/.test(host) ? {} : { servername: host };
  return {
    host,
    port,
    username: parsed.username === '' ? undefined : decoded(parsed.username),
    password: parsed.password === '' ? undefined : decoded(parsed.password),
    database,
    tls: secure ? { ...named, ...tls } : undefined,
    location: `${parsed.protocol}//${shown}:${port}${path}`,
  };
}

function parse(url: string): URL {
  try {
    return new URL(url);
  } catch {
    // What a malformed URL holds may be a password: it is not shown.
    throw badUrl(
      'the Redis URL is malformed (a user or password with special characters is percent-encoded)',
    );
  }
}

function databaseOf(url: URL): number | undefined {
  const path = url.pathname.replace(/^\//, '');
  if (path === '') return undefined;
  if (!/^\d{1,5}$/.test(path)) {
    throw badUrl(`'${path}' in the Redis URL for ${url.host} is not a database number`);
  }
  return Number(path);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badUrl('the host, user or password in the Redis URL is not percent-encoded properly');
  }
}

function badUrl(what: string): AlidadeError {
  return new AlidadeError('ALI_STORE_URL', `${what}; use ${form}`);
}
