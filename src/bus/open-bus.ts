import { resolve } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { defaultFolder, makeFolder } from '../ipc/index.ts';
import { AlidadeError, messageOf } from '../shared/errors.ts';
import type { Bus, BusEvent, Exchange } from './bus.ts';
import { Counters } from './counters.ts';
import { ExchangeNames } from './exchange-names.ts';

export interface OpenBusOptions {
  /** What the exchanges are called; by default as here. */
  readonly exchanges?: Partial<Record<Exchange, string | undefined>> | undefined;
  /** Certificates and the like for `amqps:`, as `node:tls` has them. */
  readonly tls?: ConnectionOptions | undefined;
  readonly onEvent?: ((event: BusEvent) => void) | undefined;
}

/**
 * Opens a bus by its URL: `local:`, `local:FOLDER`, `amqp://HOST[:PORT][/VHOST]` or `amqps://…`. Without a URL it is
 * `local:`, the bus of the nearest `.alidade` folder from the current folder upwards, else of `./.alidade`.
 *
 * @throws ALI_BUS_URL, and what the engines say when they cannot be opened
 * @example
 * await using bus = await openBus('local:');
 * const message = { exchange: 'alerts', routingKey: 'status.door', body: bytes, properties: {} } as const;
 * await bus.send(message);
 */
export async function openBus(url = 'local:', options: OpenBusOptions = {}): Promise<Bus> {
  const exchanges = new ExchangeNames(options.exchanges);
  const counters = new Counters(options.onEvent);
  if (url.startsWith('local:')) {
    const { LocalBus } = await import('./local/local-bus.ts');
    return LocalBus.open(localFolder(url), exchanges, counters);
  }
  if (/^amqps?:/.test(url)) {
    const [{ AmqpBus }, { amqpTarget }] = await Promise.all([
      import('./amqp/amqp-bus.ts'),
      import('./amqp/target.ts'),
    ]);
    return AmqpBus.open(amqpTarget(url, options.tls), exchanges, counters);
  }
  throw new AlidadeError(
    'ALI_BUS_URL',
    `'${url}' does not name a bus; use local:, local:FOLDER, amqp://HOST or amqps://HOST`,
  );
}

/** `local:FOLDER` and `local:///FOLDER`; a path, not percent-encoded. */
function localFolder(url: string): string {
  const path = url.slice('local:'.length).replace(/^\/\/(?=\/)/, '');
  const folder = path === '' ? defaultFolder() : resolve(path);
  try {
    makeFolder(folder);
    return folder;
  } catch (error) {
    throw new AlidadeError(
      'ALI_BUS_URL',
      `the folder ${folder}, which the processes of a local bus share, cannot be made: ${messageOf(error)}. Name another: local:FOLDER.`,
      { cause: error },
    );
  }
}
