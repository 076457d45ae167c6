import { isIP } from 'node:net';
import { AlidadeError } from '../shared/errors.ts';

/** Where to listen or to connect to. */
export type ZmtpEndpoint =
  | { readonly transport: 'tcp'; readonly host: string; readonly port: number }
  | { readonly transport: 'ipc'; readonly path: string };

/** What Linux has room for in the address of a unix socket, without its closing zero. */
const maxPathBytes = 107;

/**
 * Reads `tcp://HOST:PORT` (an IPv6 address in brackets) and `ipc://PATH` (`ipc://@NAME` is a Linux abstract socket).
 * To bind, the host may be `*` (every IPv4 address) and the port `*` or 0 (a free one).
 *
 * @throws ALI_ENDPOINT when the text is neither
 */
export function parseEndpoint(text: string, use: 'bind' | 'connect'): ZmtpEndpoint {
  const [, transport, address = ''] = /^([a-z]+):\/\/(.*)$/s.exec(text) ?? [];
  if (transport === 'ipc') return { transport, path: pathOf(text, address) };
  if (transport !== 'tcp') throw refused(text, 'write tcp://HOST:PORT or ipc://PATH');
  const [, bracketed, bare, port = ''] = /^(?:\[([^\]]*)\]|([^\s:[\]/]+)):([^:]*)$/.exec(address) ?? [];
  const host = bracketed ?? bare;
  if (host === undefined) throw refused(text, 'write tcp://HOST:PORT, with brackets around an IPv6 address');
  if (bracketed !== undefined && isIP(bracketed.replace(/%.*$/, '')) !== 6) {
    throw refused(text, `[${bracketed}] is not an IPv6 address`);
  }
  if (use === 'connect' && host === '*') throw refused(text, 'one connects to a host, not to *');
  return { transport, host: host === '*' ? '0.0.0.0' : host, port: portOf(text, port, use) };
}

/** The text that {@link parseEndpoint} reads as this. */
export function endpointText(endpoint: ZmtpEndpoint): string {
  if (endpoint.transport === 'ipc') return `ipc://${endpoint.path.replace(/^\0/, '@')}`;
  const { host, port } = endpoint;
  return `tcp://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function pathOf(text: string, address: string): string {
  if (address === '' || address === '@' || address.includes('\0')) throw refused(text, 'write ipc://PATH');
  if (Buffer.byteLength(address) > maxPathBytes) {
    throw refused(text, `the path of a unix socket has at most ${maxPathBytes} bytes; use a shorter one`);
  }
  return address.startsWith('@') ? `\0${address.slice(1)}` : address;
}

function portOf(text: string, port: string, use: 'bind' | 'connect'): number {
  if (use === 'bind' && port === '*') return 0;
  const number = /^\d{1,5}$/.test(port) ? Number(port) : Number.NaN;
  if (!(number <= 65_535)) throw refused(text, `the port is 0 to 65535, not '${port}'`);
  if (use === 'connect' && number === 0) throw refused(text, 'one cannot connect to port 0');
  return number;
}

function refused(text: string, problem: string): AlidadeError {
  return new AlidadeError('ALI_ENDPOINT', `${JSON.stringify(text)} is not an endpoint: ${problem}`);
}
