/** What a service says unasked: alerts, heartbeats, status messages. */
import { expect, test } from 'vitest';
import {
  type Alert,
  type Answer,
  dialects,
  Endpoint,
  type Monitor,
  type Monitored,
} from '../../../src/control/index.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { next, Valve } from '../endpoints.ts';
import type { Stage } from '../stage.ts';

export function alerts(stage: Stage): void {
  test.each(dialects)('alerts of %s come to monitors and to endpoints that want them', async (wire) => {
    const heard: Alert[] = [];
    const logger = new (class extends Endpoint {
      override get alertKeys(): readonly string[] {
        return ['sensor_value.*'];
      }
      override onAlert(alert: Alert): void {
        heard.push(alert);
      }
    })({ name: 'logger' });
    const source = new (class extends Endpoint {
      override async onGet(): Promise<Answer> {
        await this.alert('sensor_value.source', { value_raw: 1.5 });
        await this.alert('other.source', 'text');
        return null;
      }
    })({ name: 'source' });
    await stage.serve([logger, source], { wire });
    const monitor = await stage.monitor();
    await stage.client({ wire }).get('source');
    const seen = [await next(monitor), await next(monitor)];
    expect(seen).toMatchObject([
      { kind: 'alert', routingKey: 'sensor_value.source', payload: { value_raw: 1.5 }, dialect: wire },
      { kind: 'alert', routingKey: 'other.source', payload: 'text', dialect: wire },
    ]);
    // What came for the logger before is handled before its ping.
    await stage.client({ wire }).ping('logger');
    expect(heard).toMatchObject([{ routingKey: 'sensor_value.source', payload: { value_raw: 1.5 } }]);
  });

  test('a hundred monitors see the same alert', async () => {
    const valve = new (class extends Valve {
      tell(): Promise<boolean> {
        return this.alert('sensor_value.valve', 1);
      }
    })('valve');
    await stage.serve([valve]);
    const monitors: Monitor[] = [];
    for (let i = 0; i < 100; i += 1) monitors.push(await stage.monitor({ keys: ['sensor_value.#'] }));
    await valve.tell();
    const seen = await Promise.all(monitors.map(next));
    expect(new Set(seen.map(({ routingKey, payload }) => `${routingKey} ${payload}`))).toEqual(
      new Set(['sensor_value.valve 1']),
    );
  });

  test('a monitor of requests shows what is asked and answered', async () => {
    await stage.serve([new Valve('valve')]);
    const monitor = await stage.monitor({ exchange: 'requests', keys: ['valve.#'] });
    await stage.client().set('valve', 'open');
    expect(await next(monitor)).toMatchObject({
      kind: 'request',
      operation: 'set',
      routingKey: 'valve',
      payload: { values: ['open'] },
    });
  });

  test('heartbeats say which run of a service lives', async () => {
    const clock = new ManualClock(1_700_000_000_000);
    const service = await stage.serve([], { clock, heartbeatIntervalMs: 60_000 });
    const monitor = await stage.monitor({ keys: ['heartbeat.#'] });
    clock.advance(59_999);
    clock.advance(60_001);
    for (const timestamp of ['2023-11-14T22:14:20.000000Z', '2023-11-14T22:15:20.000000Z']) {
      expect(await next(monitor)).toMatchObject({
        routingKey: 'heartbeat.my_store',
        payload: { id: service.runId, name: 'my_store' },
        timestamp,
      });
    }
    await service.close();
    expect(clock.timers).toBe(0);
  });

  test('errors are told to all where that is wanted, and not without end', async () => {
    const clock = new ManualClock(1_700_000_000_000);
    await stage.serve([new Valve('valve')], { wire: 'v2', clock });
    const monitor = await stage.monitor({ keys: ['status_message.#'] });
    const client = stage.client({ wire: 'v2' });
    for (let i = 0; i < 25; i += 1) await client.cmd('valve', 'break');
    clock.advance(60_000);
    await client.cmd('valve', 'break');
    const seen: Monitored[] = [];
    while (seen.length < 21) seen.push(await next(monitor));
    expect(seen[0]).toMatchObject({
      routingKey: 'status_message.error.my_store',
      payload: 'cmd valve break failed: a bug of its own',
    });
    expect(seen[20]?.payload).toBe('cmd valve break failed: a bug of its own (5 more were not told)');
  });
}
