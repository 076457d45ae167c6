import { expect, test } from 'vitest';
import { answering, type Context, message } from './context.ts';

export function lifetime(context: Context): void {
  test('what waits for a reply is told when its bus is closed', async () => {
    const name = context.name('silent');
    const heard = await context.consume(context.service, {
      queue: name,
      bindings: [{ exchange: 'requests', key: name }],
    });
    const bus = await context.open();
    const asked = bus.request(message(name), { timeoutMs: 60_000 });
    const told = expect(asked).rejects.toMatchObject({ code: 'ALI_BUS_CLOSED' });
    await heard.next();
    await bus.close();
    await told;
  });

  test.each([
    ['its first request', 0],
    ['a later request', 1],
  ])('what a bus is asked just before it is closed is told as well: %s', async (_, answered) => {
    const name = context.name('unheard');
    const bindings = [{ exchange: 'requests' as const, key: name }];
    let left = answered;
    const answer = answering(context.service, () => '');
    await context.consume(context.service, { queue: name, bindings }, (request) => {
      if (left-- > 0) return answer(request);
    });
    const bus = await context.open();
    for (let i = 0; i < answered; i++) await bus.request(message(name), { timeoutMs: 5000 });
    const asked = bus.request(message(name), { timeoutMs: 60_000 });
    const told = expect(asked).rejects.toMatchObject({ code: 'ALI_BUS_CLOSED' });
    await bus.close();
    await told;
  });

  test('nothing can be asked of a closed bus', async () => {
    const bus = await context.open();
    await bus.close();
    await bus.close();
    expect(bus.status.state).toBe('closed');
    const closed = { code: 'ALI_BUS_CLOSED' };
    await expect(bus.send(message('a'))).rejects.toMatchObject(closed);
    await expect(bus.request(message('a'), { timeoutMs: 1000 })).rejects.toMatchObject(closed);
    const consumed = bus.consume({ queue: 'a', bindings: [], onMessage: () => {} });
    await expect(consumed).rejects.toMatchObject(closed);
  });

  test('what was sent before a bus was closed arrives', async () => {
    const key = context.name('last');
    const heard = await context.consume(context.service, {
      queue: key,
      bindings: [{ exchange: 'alerts', key }],
    });
    const bus = await context.open();
    const last = message(key, 'x'.repeat(1000), { exchange: 'alerts' });
    // What a busy broker has not confirmed in time rejects, and arrives all the same.
    const sent = Promise.allSettled(Array.from({ length: 500 }, () => bus.send(last)));
    await bus.close();
    await expect.poll(() => heard.deliveries.length).toBe(500);
    await sent;
  });

  test('a closed queue hears nothing more', async () => {
    const key = context.name('ended');
    const bindings = [{ exchange: 'alerts' as const, key }];
    const ended = await context.consume(context.service, { queue: context.name('ended'), bindings });
    const stays = await context.consume(context.service, { queue: context.name('stays'), bindings });
    await ended.consumer.close();
    await context.client.send(message(key, '', { exchange: 'alerts' }));
    await stays.next();
    expect(ended.deliveries).toEqual([]);
  });

  test('a bus says what it stands on and how it is', async () => {
    const bus = await context.open();
    expect(bus.status.state).toBe('connected');
    expect(bus.location).toMatch(/^(?:local:|amqp:)\/\/?/);
  });
}
