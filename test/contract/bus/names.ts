import { expect, test } from 'vitest';
import { answering, type Context, message, textOf } from './context.ts';

export function names(context: Context): void {
  test('a second queue of a name is refused, and the first is not disturbed', async () => {
    const name = context.name('my_store');
    const bindings = [{ exchange: 'requests' as const, key: name }];
    const answer = answering(context.service, () => 'the first');
    await context.consume(context.service, { queue: name, bindings }, answer);
    for (const bus of [context.client, context.service]) {
      const second = bus.consume({ queue: name, bindings, onMessage: () => {} });
      await expect(second).rejects.toMatchObject({ code: 'ALI_BUS_NAME_TAKEN' });
    }
    // The bus that was refused goes on as well.
    const [reply] = await context.client.request(message(name), { timeoutMs: 30_000 });
    expect(reply && textOf(reply)).toBe('the first');
  });

  test('who can tell which queues there are tells those of others too', async () => {
    const name = context.name('listed');
    const bindings = [{ exchange: 'requests' as const, key: `${name}.#` }];
    await context.consume(context.service, { queue: name, bindings });
    const known = context.client.queues();
    expect(context.url.startsWith('local:')).toBe(known !== undefined);
    if (known !== undefined) expect(known).toContainEqual({ queue: name, bindings });
  });

  test('of many who want a name at the same time, one has it', async () => {
    const name = context.name('wanted');
    const buses = await Promise.all(Array.from({ length: 6 }, () => context.open()));
    const bindings = [{ exchange: 'requests' as const, key: name }];
    const outcomes = await Promise.allSettled(
      buses.map((bus) =>
        context.consume(
          bus,
          { queue: name, bindings },
          answering(bus, () => 'here'),
        ),
      ),
    );
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused.map((outcome) => (outcome as PromiseRejectedResult).reason.code)).toEqual(
      Array.from({ length: 5 }, () => 'ALI_BUS_NAME_TAKEN'),
    );
    const replies = await context.client.request(message(name), { timeoutMs: 30_000 });
    expect(replies.map(textOf)).toEqual(['here']);
  });

  test('a name that was given back can be taken again, by anybody', async () => {
    const name = context.name('my_store');
    const bindings = [{ exchange: 'requests' as const, key: name }];
    const first = await context.consume(context.service, { queue: name, bindings });
    await first.consumer.close();
    const second = await context.consume(context.client, { queue: name, bindings });
    await second.consumer.close();
    const bus = await context.open();
    await context.consume(bus, { queue: name, bindings });
    await bus.close();
    await context.consume(context.service, { queue: name, bindings });
  });

  test.each([
    ['is empty', ''],
    ["is the broker's", 'amq.mine'],
    ['is too long', 'n'.repeat(256)],
  ])('a name that %s is refused', async (_, queue) => {
    const refused = context.client.consume({ queue, bindings: [], onMessage: () => {} });
    await expect(refused).rejects.toMatchObject({ code: 'ALI_BUS_MESSAGE' });
  });
}
