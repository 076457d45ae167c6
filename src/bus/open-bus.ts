import { resolve } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { defaultFolder, makeFolder } from '../ipc/index.ts';
import { AlidadeError, messageOf } from '../shared/errors.ts';
import type { Bus, BusEvent, Exchange } from './bus.ts';
import { Counters } from './counters.ts';
import type { CredentialSources, Environment } from './credentials.ts';
import { ExchangeNames } from './exchange-names.ts';

export interface OpenBusOptions {
  /** What the exchanges are called; by default as here, or, on a broker, as `~/.dripline_mesh.yaml` says. */
  readonly exchanges?: Partial<Record<Exchange, string | undefined>> | undefined;
  /** User and password for a broker; what the URL says comes before them. */
  readonly credentials?: CredentialSources | undefined;
  /** Where variables and the home folder come from; by default the process's own. */
  readonly environment?: Environment | undefined;
  /** Certificates and the like for `amqps:`, as `node:tls` has them. */
  readonly tls?: ConnectionOptions | undefined;
  readonly onEvent?: ((event: BusEvent) => void) | undefined;
}

/**
 * Opens a bus by its URL: `local:`, `local:FOLDER`, `amqp://HOST[:PORT][/VHOST]` or `amqps://…`. Without a URL it is
 * `local:`, the bus of the nearest `.alidade` folder from the current folder upwards, else of `./.alidade`. `amqp:` alone
 * is the broker of `~/.dripline_mesh.yaml`, else the one on this machine.
 *
 * User and password of a broker are those of the URL, else of `credentials`, the environment (`DRIPLINE_USER`,
 * `DRIPLINE_PASSWORD`) or `~/.project8_authentications.json`, else guest.
 *
 * @throws ALI_BUS_URL, ALI_CREDENTIALS, and what the engines say when they cannot be opened
 * @example
 * await using bus = await openBus('local:');
 * const message = { exchange: 'alerts', routingKey: 'status.door', body: bytes, properties: {} } as const;
 * await bus.send(message);
 */
export async function openBus(url = 'local:', options: OpenBusOptions = {}): Promise<Bus> {
  if (url.startsWith('local:')) {
    const { LocalBus } = await import('./local/local-bus.ts');
    return LocalBus.open(
      localFolder(url),
      new ExchangeNames(options.exchanges),
      new Counters(options.onEvent),
    );
  }
  if (/^amqps?:/.test(url)) {
    const { openAmqp } = await import('./amqp/open-amqp.ts');
    return openAmqp(url, options);
  }
  throw new AlidadeError(
    'ALI_BUS_URL',
    // What is no URL of ours may be one with a password in it.
    `'${url.replace(/\/\/[^@]*@/, '//…@')}' does not name a bus; use local:, local:FOLDER, amqp://HOST or amqps://HOST`,
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
