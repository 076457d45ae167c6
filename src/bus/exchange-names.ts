import type { Exchange } from './bus.ts';

/** What the two exchanges are called on a bus. */
export class ExchangeNames {
  readonly #names: Readonly<Record<Exchange, string>>;

  constructor({
    requests = 'requests',
    alerts = 'alerts',
  }: Partial<Record<Exchange, string | undefined>> = {}) {
    this.#names = { requests, alerts };
  }

  nameOf(exchange: Exchange): string {
    return this.#names[exchange];
  }

  exchangeOf(name: string): Exchange {
    return name === this.#names.requests ? 'requests' : 'alerts';
  }
}
