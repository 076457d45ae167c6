import { AlidadeError } from '../shared/errors.ts';
import { type IpAddress, ipAddress, ipText, isWithinFamily } from './ip-address.ts';

/** A list may stand for this many endpoints, so that a slip in `a.b.c.d+n` does not fill the memory. */
export const maxEndpoints = 65_536;

/** A host and, unless it is left to a default, a port. */
export class Endpoint {
  /** A name, an IPv4 or an IPv6 address (without brackets); '' where the text named none. */
  readonly host: string;
  readonly port: number | undefined;

  constructor(host: string, port?: number) {
    this.host = host;
    this.port = port;
  }

  equals(other: Endpoint): boolean {
    return this.host === other.host && this.port === other.port;
  }

  /** `host`, `host:port`, `[host]` or `[host]:port`, the latter two for IPv6 addresses. */
  toString(): string {
    const host = this.host.includes(':') ? `[${this.host}]` : this.host;
    return this.port === undefined ? host : `${host}:${this.port}`;
  }
}

/**
 * Makes a reader of one endpoint: `host`, `host:port`, `[IPv6]`, `[IPv6]:port`, `:port`. An IPv6 address without
 * brackets is taken as a host without a port.
 *
 * The reader throws ALI_ENDPOINT when the text is none of these or the port is not 0 to 65535.
 *
 * @param defaultPort the port where the text has none
 * @example endpointParser(6379)('state.example.org') // host 'state.example.org', port 6379
 */
export function endpointParser(defaultPort?: number): (text: string) => Endpoint {
  return (text) => {
    const { host, port, count } = split(text);
    if (count !== undefined) throw refused(text, '+n stands in lists only');
    return new Endpoint(host, port ?? defaultPort);
  };
}

/**
 * Makes a reader of a comma-separated list of endpoints. An address may be followed by `+n`: that one and the n after
 * it, as in `239.1.2.3+7:7148`.
 *
 * The reader throws ALI_ENDPOINT as {@link endpointParser} does, and when `+n` follows a name, goes past the last
 * address, or makes more than {@link maxEndpoints}; with `singlePort` also when the ports are not all the same.
 *
 * @example endpointListParser(7148)('239.1.2.3+1, other:80').join() // '239.1.2.3:7148,239.1.2.4:7148,other:80'
 */
export function endpointListParser(
  defaultPort?: number,
  options: { readonly singlePort?: boolean | undefined } = {},
): (text: string) => Endpoint[] {
  return (text) => {
    const endpoints: Endpoint[] = [];
    for (const part of text.split(',')) {
      const { host, port = defaultPort, count = 0 } = split(part);
      if (endpoints.length + count >= maxEndpoints)
        throw refused(part, `more than ${maxEndpoints} endpoints`);
      endpoints.push(new Endpoint(host, port));
      if (count > 0)
        for (const next of following(part, host, count)) endpoints.push(new Endpoint(next, port));
    }
    if (options.singlePort === true && endpoints.some(({ port }) => port !== endpoints[0]?.port)) {
      throw refused(text, 'all endpoints of this list must have the same port');
    }
    return endpoints;
  };
}

/**
 * The shortest list that {@link endpointListParser} reads as these endpoints: IPv4 addresses first, then IPv6, both by
 * port (none first) and address with neighbours joined as `+n`, then names as they come.
 */
export function endpointsToText(endpoints: readonly Endpoint[]): string {
  const numbered = endpoints.map((endpoint) => ({ endpoint, address: ipAddress(endpoint.host) }));
  const runsOf = (family: 4 | 6): string[] =>
    joinRuns(
      numbered.flatMap(({ endpoint: { port }, address }) =>
        address?.family === family ? [{ port, address }] : [],
      ),
    );
  const names = numbered.flatMap(({ endpoint, address }) =>
    address === undefined ? [String(endpoint)] : [],
  );
  return [...runsOf(4), ...runsOf(6), ...names].join(',');
}

interface Addressed {
  readonly port: number | undefined;
  readonly address: IpAddress;
}

function joinRuns(addressed: readonly Addressed[]): string[] {
  const sorted = addressed.toSorted(
    (a, b) => (a.port ?? -1) - (b.port ?? -1) || (a.address.number < b.address.number ? -1 : 1),
  );
  const runs: { first: Addressed; count: number }[] = [];
  for (const next of sorted) {
    const run = runs.at(-1);
    const follows =
      run !== undefined &&
      run.first.port === next.port &&
      run.first.address.number + BigInt(run.count) === next.address.number;
    if (follows) run.count++;
    else runs.push({ first: next, count: 1 });
  }
  return runs.map(({ first: { port, address }, count }) => {
    const host = address.family === 6 ? `[${ipText(address)}]` : ipText(address);
    return `${host}${count > 1 ? `+${count - 1}` : ''}${port === undefined ? '' : `:${port}`}`;
  });
}

function* following(text: string, host: string, count: number): Generator<string> {
  const first = ipAddress(host);
  if (first === undefined) throw refused(text, '+n needs an IP address before it');
  const address = (n: number): IpAddress => ({ ...first, number: first.number + BigInt(n) });
  if (!isWithinFamily(address(count))) throw refused(text, `there are not ${count} addresses after ${host}`);
  for (let n = 1; n <= count; n++) yield ipText(address(n));
}

interface Split {
  readonly host: string;
  readonly port: number | undefined;
  readonly count: number | undefined;
}

function split(text: string): Split {
  const trimmed = text.trim();
  if (trimmed.includes('://')) throw refused(text, 'this is a URL; host:port was expected');
  if (ipAddress(trimmed)?.family === 6) return { host: trimmed, port: undefined, count: undefined };
  const parts = /^(?:\[([^\]]*)\]|([^\s:[\]+]*))\s*(?:\+([^:]*))?(?::([^:]*))?$/.exec(trimmed);
  if (parts === null) throw refused(text, 'write host:port, or [address]:port for IPv6');
  const [, bracketed, bare, count, port] = parts;
  if (bracketed !== undefined && ipAddress(bracketed)?.family !== 6) {
    throw refused(text, `[${bracketed}] is not an IPv6 address`);
  }
  const host = bracketed ?? bare ?? '';
  return {
    host,
    port: port === undefined ? undefined : portOf(text, port),
    count: countOf(text, host, count),
  };
}

function portOf(text: string, digits: string): number {
  const port = /^\d{1,10}$/.test(digits) ? Number(digits) : Number.NaN;
  if (!(port <= 65_535)) throw refused(text, `the port is 0 to 65535, not '${digits}'`);
  return port;
}

function countOf(text: string, host: string, digits: string | undefined): number | undefined {
  if (digits === undefined) return undefined;
  if (ipAddress(host) === undefined) throw refused(text, '+n needs an IP address before it');
  if (!/^\d{1,10}$/.test(digits)) throw refused(text, `+n is a number of further addresses, not '${digits}'`);
  return Number(digits);
}

function refused(text: string, problem: string): AlidadeError {
  return new AlidadeError('ALI_ENDPOINT', `${JSON.stringify(text)} is not an endpoint: ${problem}`);
}
