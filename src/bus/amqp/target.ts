import type { ConnectionOptions } from 'node:tls';
import { AlidadeError } from '../../shared/errors.ts';
import type { Credentials } from '../credentials.ts';

/** A broker, and who we are to it where the URL says so. */
export interface AmqpTarget {
  readonly protocol: 'amqp' | 'amqps';
  readonly hostname: string;
  readonly port: number;
  readonly vhost: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: ConnectionOptions;
  /** The URL without user and password: what errors and tables show. */
  readonly location: string;
}

export type AmqpBroker = Omit<AmqpTarget, keyof Credentials> & Credentials;

const form = 'amqp://[USER:PASSWORD@]HOST[:PORT][/VHOST], or amqps:// for TLS';

/**
 * Reads `amqp://[user:password@]host[:port][/vhost]` or `amqps://…`. No error shows a user or password.
 *
 * @throws ALI_BUS_URL
 */
export function amqpTarget(url: string, tls: ConnectionOptions = {}): AmqpTarget {
  const parsed = parse(url);
  const protocol = parsed.protocol === 'amqps:' ? 'amqps' : 'amqp';
  const hostname = decoded(parsed.hostname.replace(/^\[(.*)\]$/, '$1'));
  if (hostname === '') throw badUrl('the AMQP URL names no host');
  if (parsed.search !== '' || parsed.hash !== '') {
    throw badUrl(
      `the AMQP URL for ${hostname} has parameters after its virtual host, which mean nothing here`,
    );
  }
  const vhost = decoded(parsed.pathname.replace(/^\//, '')) || '/';
  const port = parsed.port === '' ? (protocol === 'amqps' ? 5671 : 5672) : Number(parsed.port);
  const shown = hostname.includes(':') ? `[${hostname}]` : hostname;
  const path = vhost === '/' ? '' : `/${encodeURIComponent(vhost)}`;
  return {
    protocol,
    hostname,
    port,
    vhost,
    username: parsed.username === '' ? undefined : decoded(parsed.username),
    password: parsed.password === '' ? undefined : decoded(parsed.password),
    tls,
    location: `${protocol}://${shown}:${port}${path}`,
  };
}

function parse(url: string): URL {
  try {
    return new URL(url);
  } catch {
    // What a malformed URL holds may be a password: it is not shown.
    throw badUrl('the AMQP URL is malformed (a user or password with special characters is percent-encoded)');
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badUrl('the host, virtual host, user or password in the AMQP URL is not percent-encoded properly');
  }
}

function badUrl(what: string): AlidadeError {
  return new AlidadeError('ALI_BUS_URL', `${what}; use ${form}`);
}
