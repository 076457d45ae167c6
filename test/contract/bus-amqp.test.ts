import { describe } from 'vitest';
import { RabbitmqServer } from '../support/rabbitmq-server.ts';
import { requireServer } from '../support/require-server.ts';
import { busContract } from './bus.ts';

describe.skipIf(!requireServer('rabbitmq-server', 'bus contract on RabbitMQ'))(
  'with a rabbitmq-server',
  () => {
    busContract('amqp:', async () => {
      const server = await RabbitmqServer.start();
      return { url: server.url, close: () => server.close() };
    });
  },
);
