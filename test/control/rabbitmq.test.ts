/** Services and clients on a real broker, among programs of all generations. */
import { describe } from 'vitest';
import { RabbitmqServer } from '../support/rabbitmq-server.ts';
import { requireServer } from '../support/require-server.ts';
import { useStage } from './stage.ts';
import { alerts } from './suites/alerts.ts';
import { brokerAway } from './suites/broker-away.ts';
import { capturedExchanges } from './suites/exchanges.ts';
import { hostileMessages } from './suites/hostile.ts';
import { lifetime } from './suites/lifetime.ts';
import { liveLog } from './suites/live-log.ts';
import { mixedBroker } from './suites/mixed-broker.ts';
import { services } from './suites/service.ts';

describe.skipIf(!requireServer('rabbitmq-server', 'slow control on RabbitMQ'))('on RabbitMQ', () => {
  let server: RabbitmqServer;
  const stage = useStage(async () => {
    server = await RabbitmqServer.start();
    return { url: server.url, close: () => server.close() };
  });
  services(stage);
  lifetime(stage);
  alerts(stage);
  capturedExchanges(stage);
  liveLog(stage);
  hostileMessages(stage);
  mixedBroker(stage);
  brokerAway(stage, () => server);
});
