import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that the system gives to outgoing connections: none of these is taken by chance before it is used. */
const firstPort = 20_000;
const countPorts = 11_000;

let next = Math.floor(Math.random() * countPorts);

/**
 * A port of the loopback that nobody listens on at this moment, another one at every call.
 *
 * @param higher the port so much above it is free as well
 */
export async function freePort(higher = 0): Promise<number> {
  for (;;) {
    const port = firstPort + (next++ % countPorts);
    if ((await isFree(port)) && (higher === 0 || (await isFree(port + higher)))) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  await once(server.close(), 'close');
  return true;
}
