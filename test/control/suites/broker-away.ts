/** The broker goes away under a service and comes back. */
import { expect, test } from 'vitest';
import { type Answer, Endpoint } from '../../../src/control/index.ts';
import { isAlidadeError } from '../../../src/shared/errors.ts';
import type { RabbitmqServer } from '../../support/rabbitmq-server.ts';
import { keptLog, type Stage } from '../stage.ts';

/** Counts what it is asked, and tells its count. */
class Counter extends Endpoint {
  count = 0;
  override onGet(): Answer {
    this.count += 1;
    return this.count;
  }
  tell(): Promise<boolean> {
    return this.alert('sensor_value.counter', { value_raw: this.count });
  }
}

export function brokerAway(stage: Stage, server: () => RabbitmqServer): void {
  test('a broker that is restarted in mid-traffic: every request has one outcome, locks stay, alerts that were lost are counted', {
    timeout: 180_000,
  }, async () => {
    const counter = new Counter({ name: 'counter' });
    const log = keptLog();
    const service = await stage.serve([counter], { log });
    const client = stage.client();
    const { key } = (await client.lock('counter')).payload as { key: string };
    const outcomes: unknown[] = [];
    const ask = (n: number) =>
      Array.from({ length: n }, () =>
        client.get('counter', { timeoutMs: 20_000 }).then(
          ({ code }) => outcomes.push(code),
          (error: unknown) => outcomes.push(isAlidadeError(error) ? error.code : error),
        ),
      );
    const asked = ask(50);
    const stopping = server().stop();
    asked.push(...ask(50));
    await stopping;
    await Promise.all(asked);
    expect(outcomes.length).toBe(100);
    const known = [0, 'ALI_BUS_CUT', 'ALI_BUS_UNREACHABLE', 'ALI_BUS_UNROUTABLE', 'ALI_TIMEOUT'];
    expect(outcomes.filter((outcome) => !known.includes(outcome as string))).toEqual([]);
    // Nothing was asked twice.
    expect(counter.count).toBeLessThanOrEqual(100);
    await counter.tell();
    await counter.tell();
    expect(service.status.dropped['alert-not-sent']).toBe(2);
    expect(log.entries.filter(([, text]) => text.startsWith('the alert ')).length).toBe(1);
    expect(log.entries.filter(([, text]) => text.startsWith('a reply ')).length).toBeLessThanOrEqual(1);

    await server().start();
    const answered = async (): Promise<number> => {
      for (;;) {
        try {
          return (await client.get('counter', { timeoutMs: 1000 })).code;
        } catch (error) {
          if (!isAlidadeError(error)) throw error;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    };
    expect(await answered()).toBe(0);
    expect((await client.cmd('counter', 'on_get')).code).toBe(307);
    expect((await client.cmd('counter', 'on_get', { lockoutKey: key })).code).toBe(0);
    await counter.tell();
    expect(log.entries).toContainEqual(['info', 'alerts go out again']);
  });
}
