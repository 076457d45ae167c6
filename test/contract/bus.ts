import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { type Bus, openBus } from '../../src/bus/index.ts';
import { alerts } from './bus/alerts.ts';
import { type BusPlace, type Context, type Heard, listen } from './bus/context.ts';
import { lifetime } from './bus/lifetime.ts';
import { messages } from './bus/messages.ts';
import { names } from './bus/names.ts';
import { requests } from './bus/requests.ts';

/**
 * What every engine of the bus promises, as tests. `start` gives a place for a bus, which is used by the whole suite.
 *
 * @example busContract('local:', async () => ({ url: `local:${folder.path}`, close: async () => {} }));
 */
export function busContract(name: string, start: () => Promise<BusPlace>): void {
  describe(`bus contract on ${name}`, () => {
    let place: BusPlace;
    let service: Bus;
    let client: Bus;
    let serial = 0;
    const opened: Bus[] = [];
    const heard: Heard[] = [];

    const context: Context = {
      get url() {
        return place.url;
      },
      get service() {
        return service;
      },
      get client() {
        return client;
      },
      async open(options) {
        const bus = await openBus(place.url, options);
        opened.push(bus);
        return bus;
      },
      async consume(bus, options, onMessage) {
        const queue = await listen(bus, options, onMessage);
        heard.push(queue);
        return queue;
      },
      name: (word) => `${word}_${++serial}`,
    };

    beforeAll(async () => {
      place = await start();
      service = await openBus(place.url);
      client = await openBus(place.url);
    });
    afterEach(async () => {
      for (const { consumer } of heard.splice(0)) await consumer.close();
      for (const bus of opened.splice(0)) await bus.close();
    });
    afterAll(async () => {
      await client?.close();
      await service?.close();
      await place?.close();
    });

    describe('requests', () => requests(context));
    describe('messages', () => messages(context));
    describe('alerts', () => alerts(context));
    describe('names', () => names(context));
    describe('lifetime', () => lifetime(context));
  });
}
