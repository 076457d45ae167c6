import { AlidadeError } from '../shared/errors.ts';
import type { Bus, BusEvent } from './bus.ts';

export interface OpenBusOptions {
  /** What the exchanges are called; by default as here. */
  readonly exchanges?: { readonly requests?: string | undefined; readonly alerts?: string | undefined };
  readonly onEvent?: ((event: BusEvent) => void) | undefined;
}

/**
 * Opens a bus by its URL: `local:`, `local:FOLDER`, `amqp://HOST[:PORT][/VHOST]` or `amqps://…`. Without a URL it is
 * `local:`, the bus of the nearest `.alidade` folder from the current folder upwards, else of `./.alidade`.
 *
 * @throws ALI_BUS_URL, and what the engines say when they cannot be opened
 */
export async function openBus(url = 'local:', options: OpenBusOptions = {}): Promise<Bus> {
  void options;
  throw new AlidadeError(
    'ALI_BUS_URL',
    `'${url}' does not name a bus; use local:, local:FOLDER, amqp://HOST or amqps://HOST`,
  );
}
