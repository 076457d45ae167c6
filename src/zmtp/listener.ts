import { randomBytes } from 'node:crypto';
import { lstatSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { AlidadeError, messageOf } from '../shared/errors.ts';
import { endpointText, type ZmtpEndpoint } from './endpoint.ts';

export interface Listener {
  /** With the real port. */
  readonly endpoint: string;
  /** Takes nobody in any more; connections that are open stay so. */
  close(): void;
}

/**
 * Listens. The socket file that a dead process left is replaced; one that somebody listens on is not.
 *
 * @throws ALI_ADDRESS when the system does not let us listen there
 */
export async function openListener(
  endpoint: ZmtpEndpoint,
  onSocket: (socket: Socket) => void,
): Promise<Listener> {
  const server = createServer({ noDelay: true }, onSocket);
  try {
    await listen(server, endpoint);
  } catch (error) {
    if (!isInUse(error) || endpoint.transport !== 'ipc' || !(await removeAbandoned(endpoint.path))) {
      throw notListening(endpoint, error);
    }
    await listen(server, endpoint).catch((second: unknown) => {
      throw notListening(endpoint, second);
    });
  }
  // Accepting can fail for want of file descriptors; the next one may succeed.
  server.on('error', () => {});
  const address = server.address();
  const real =
    endpoint.transport === 'tcp' && address !== null && typeof address === 'object'
      ? { ...endpoint, port: address.port }
      : endpoint;
  return { endpoint: endpointText(real), close: () => server.close() };
}

function listen(server: Server, endpoint: ZmtpEndpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const listening = () => {
      server.off('error', reject);
      resolve();
    };
    if (endpoint.transport === 'tcp') server.listen({ host: endpoint.host, port: endpoint.port }, listening);
    else server.listen({ path: endpoint.path }, listening);
  });
}

/** Takes away a unix socket that nobody listens on. @returns whether the place is free now */
async function removeAbandoned(path: string): Promise<boolean> {
  if (path.startsWith('\0') || !isSocket(path) || !(await isRefused(path))) return false;
  // Another process may be at the same: what is moved away is looked at once more.
  const aside = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    renameSync(path, aside);
  } catch {
    return true;
  }
  if (await isRefused(aside)) {
    rmSync(aside, { force: true });
    return true;
  }
  renameSync(aside, path);
  return false;
}

function isSocket(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSocket() ?? false;
}

function isRefused(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const caller = connect(path);
    caller.on('connect', () => {
      caller.destroy();
      resolve(false);
    });
    caller.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'));
  });
}

function isInUse(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

function notListening(endpoint: ZmtpEndpoint, cause: unknown): AlidadeError {
  const text = endpointText(endpoint);
  const why = isInUse(cause)
    ? 'somebody else listens there (or a file is in the way); end that program or choose another address'
    : messageOf(cause);
  return new AlidadeError('ALI_ADDRESS', `cannot listen on ${text}: ${why}`, { cause });
}
