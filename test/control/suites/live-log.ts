/** A service of v3 that logs, as it was recorded over 15 seconds, and ours with the same file and the same sets. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Delivery } from '../../../src/bus/index.ts';
import { makeService, readServiceFile, startService } from '../../../src/control/index.ts';
import { listen, untilLast } from '../../contract/bus/context.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { type CapturedMessage, deliveryOf } from '../captured.ts';
import { differencesOf } from '../differences.ts';
import { keptLog, type Stage } from '../stage.ts';

interface Heard extends CapturedMessage {
  /** Seconds since the program began. */
  readonly t: number;
}

interface Done {
  readonly t: number;
  readonly set: string;
  readonly value: number;
}

/** The reference makes its first readings so long after its beginning. */
const beginSeconds = 1.2;

/** What was said with each routing key, in order. */
function byKey(alerts: readonly Pick<Delivery, 'routingKey' | 'body'>[]): Record<string, string[]> {
  const said: Record<string, string[]> = {};
  for (const { routingKey, body } of alerts) {
    const text = Buffer.from(body).toString('utf8');
    said[routingKey] = [...(said[routingKey] ?? []), text.replace(/"id":"[^"]*"/, '"id":""')];
  }
  return said;
}

export function liveLog(stage: Stage): void {
  test('what a service of v3 logged in 15 seconds', async () => {
    const { events } = JSON.parse(readFileSync('test/fixtures/control/live-log-messages.json', 'utf8')) as {
      events: (Heard | Done)[];
    };
    const queue = await listen(stage.otherBus, {
      queue: 'live_log',
      bindings: [{ exchange: 'alerts', key: '#' }],
    });
    const clock = new ManualClock(1_700_000_000_000);
    const { options } = await makeService(readServiceFile('test/fixtures/control/configs/log-v3.yaml'));
    const service = await startService({ ...options, bus: stage.bus, wire: 'v3', log: keptLog(), clock });
    const client = stage.client();
    try {
      let nowSeconds = beginSeconds;
      const settle = async () => {
        // Each endpoint has made its reading when it answers what comes after it.
        for (const { name } of options.endpoints) await client.ping(name);
      };
      const until = async (seconds: number) => {
        while (nowSeconds < seconds) {
          const step = Math.min(0.25, seconds - nowSeconds);
          clock.advance(step * 1000);
          nowSeconds += step;
          await settle();
        }
      };
      await settle();
      for (const event of events) {
        if (!('set' in event)) continue;
        await until(event.t);
        await client.set(event.set, event.value);
      }
      await until(events.at(-1)?.t ?? 0);
    } finally {
      await service.close();
    }
    const said = await untilLast(stage.bus, queue, 'last');
    await queue.consumer.close();
    const recorded = byKey(events.flatMap((event) => ('set' in event ? [] : [deliveryOf(event)])));
    const differences = differencesOf('live-log-v3');
    const expected = Object.fromEntries(
      Object.entries(recorded).map(([key, said]) => [key, differences.get(key)?.ours ?? said]),
    );
    expect(byKey(said)).toEqual(expected);
  });
}
