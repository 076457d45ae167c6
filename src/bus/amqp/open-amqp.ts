import type { Bus } from '../bus.ts';
import { Counters } from '../counters.ts';
import { findCredentials } from '../credentials.ts';
import { ExchangeNames } from '../exchange-names.ts';
import { type MeshDefaults, meshDefaults } from '../mesh-file.ts';
import type { OpenBusOptions } from '../open-bus.ts';
import { AmqpBus } from './amqp-bus.ts';
import { amqpTarget } from './target.ts';

/** @throws ALI_BUS_URL, ALI_CREDENTIALS, ALI_BUS_UNREACHABLE, ALI_BUS_LOGIN */
export async function openAmqp(url: string, options: OpenBusOptions): Promise<Bus> {
  const { credentials = {}, environment = process.env, exchanges = {}, tls = {}, onEvent } = options;
  const mesh = meshDefaults(environment.HOME);
  const target = amqpTarget(withHost(url, mesh), tls);
  const { username = credentials.username, password = credentials.password } = target;
  const found = findCredentials({ ...credentials, username, password }, environment);
  const names = new ExchangeNames({
    requests: exchanges.requests ?? mesh.requestsExchange,
    alerts: exchanges.alerts ?? mesh.alertsExchange,
  });
  return AmqpBus.open({ ...target, ...found }, names, new Counters(onEvent));
}

/** `amqp:` alone stands for the broker that is used by default. */
function withHost(url: string, { broker = 'localhost', brokerPort }: MeshDefaults): string {
  const scheme = /^(amqps?):(?:\/\/)?$/.exec(url)?.[1];
  if (scheme === undefined) return url;
  const host = broker.includes(':') && !broker.startsWith('[') ? `[${broker}]` : broker;
  return `${scheme}://${host}${brokerPort === undefined ? '' : `:${brokerPort}`}`;
}
