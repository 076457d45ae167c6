import { expect, test } from 'vitest';
import { answering, type Context, message, textOf } from './context.ts';

const timeoutMs = 30_000;

export function requests(context: Context): void {
  /** A service that answers with what it was sent, with its name before it. */
  const echo = async (word: string, keys: (name: string) => string[] = (name) => [`${name}.#`]) => {
    const name = context.name(word);
    const bindings = keys(name).map((key) => ({ exchange: 'requests' as const, key }));
    const answer = answering(context.service, (request) => `${name}: ${textOf(request)}`);
    await context.consume(context.service, { queue: name, bindings }, answer);
    return name;
  };

  /** Makes all that requests of the client need: what it asks afterwards is sent at once, however short its time. */
  const warm = async () => context.client.request(message(await echo('warm')), { timeoutMs });

  test('a request reaches its service, and the reply comes back', async () => {
    const name = await echo('peaches');
    const replies = await context.client.request(message(`${name}.calibration`, 'set'), { timeoutMs });
    expect(replies.map(textOf)).toEqual([`${name}: set`]);
  });

  test('a request and its service may be on the same bus', async () => {
    const name = await echo('peaches');
    const [reply] = await context.service.request(message(name, 'get'), { timeoutMs });
    expect(reply?.properties.correlationId).toMatch(/^[0-9a-f-]{36}$/);
    expect(reply && textOf(reply)).toBe(`${name}: get`);
  });

  test('each of many requests in flight gets its own reply', async () => {
    const name = await echo('peaches');
    const numbers = Array.from({ length: 200 }, (_, index) => String(index));
    const replies = await Promise.all(
      numbers.map((number) => context.client.request(message(name, number), { timeoutMs })),
    );
    expect(replies.map(([reply]) => reply && textOf(reply))).toEqual(
      numbers.map((number) => `${name}: ${number}`),
    );
  });

  test('a request that nobody listens to is refused at once', async () => {
    const asked = context.client.request(message(context.name('nobody')), { timeoutMs: 60_000 });
    await expect(asked).rejects.toMatchObject({ code: 'ALI_BUS_UNROUTABLE' });
  });

  test('a request to a service that has gone is refused at once', async () => {
    const name = context.name('peaches');
    const bindings = [{ exchange: 'requests' as const, key: `${name}.#` }];
    const { consumer } = await context.consume(context.service, { queue: name, bindings });
    await consumer.close();
    const asked = context.client.request(message(name), { timeoutMs: 60_000 });
    await expect(asked).rejects.toMatchObject({ code: 'ALI_BUS_UNROUTABLE' });
  });

  test('a service that never answers is given up after the time-out', async () => {
    const name = context.name('silent');
    const bindings = [{ exchange: 'requests' as const, key: name }];
    const heard = await context.consume(context.service, { queue: name, bindings });
    await warm();
    const asked = context.client.request(message(name), { timeoutMs: 50 });
    await expect(asked).rejects.toMatchObject({ code: 'ALI_TIMEOUT' });
    await heard.next();
    expect(heard.deliveries).toHaveLength(1);
  });

  test('a request is given up by its signal', async () => {
    const name = context.name('silent');
    const bindings = [{ exchange: 'requests' as const, key: name }];
    const heard = await context.consume(context.service, { queue: name, bindings });
    const abort = new AbortController();
    const asked = context.client.request(message(name), { timeoutMs: 60_000, signal: abort.signal });
    await heard.next();
    abort.abort();
    await expect(asked).rejects.toMatchObject({ code: 'ALI_ABORTED' });
  });

  test('a request that was given up before it was sent is not sent', async () => {
    const name = context.name('silent');
    const bindings = [{ exchange: 'requests' as const, key: name }];
    const heard = await context.consume(context.service, { queue: name, bindings });
    const asked = context.client.request(message(name), { timeoutMs: 60_000, signal: AbortSignal.abort() });
    await expect(asked).rejects.toMatchObject({ code: 'ALI_ABORTED' });
    await context.client.send(message(name, 'next'));
    expect(textOf(await heard.next())).toBe('next');
  });

  test('a reply that nobody waits for any more is counted', async () => {
    const name = context.name('late');
    const bindings = [{ exchange: 'requests' as const, key: name }];
    const heard = await context.consume(context.service, { queue: name, bindings });
    const client = await context.open();
    const giveUp = new AbortController();
    const asked = client.request(message(name), { timeoutMs, signal: giveUp.signal });
    const request = await heard.next();
    giveUp.abort();
    await expect(asked).rejects.toMatchObject({ code: 'ALI_ABORTED' });
    const { replyTo = '', correlationId } = request.properties;
    await context.service.send(message(replyTo, 'late', { properties: { correlationId } }));
    await expect.poll(() => client.status.dropped['unasked-reply']).toBe(1);
  });

  test('a broadcast gathers the replies of all', async () => {
    const word = context.name('everybody');
    const names = [await echo('one', () => [`${word}.#`]), await echo('two', () => [`${word}.#`])];
    const came: string[] = [];
    const replies = await context.client.request(message(word, 'ping'), {
      timeoutMs,
      gather: true,
      isLast: (reply) => came.push(textOf(reply)) === 2,
    });
    expect(replies.map(textOf).toSorted()).toEqual(names.map((name) => `${name}: ping`).toSorted());
  });

  test('a broadcast that nobody answers gathers nothing', async () => {
    const name = context.name('silent');
    await context.consume(context.service, { queue: name, bindings: [{ exchange: 'requests', key: name }] });
    expect(await context.client.request(message(name), { timeoutMs: 50, gather: true })).toEqual([]);
  });

  test('a reply in several messages is complete with its last', async () => {
    const name = context.name('chunks');
    const reply = (
      { replyTo = '', correlationId }: { replyTo?: string | undefined; correlationId?: string | undefined },
      body: string,
    ) => context.service.send(message(replyTo, body, { properties: { correlationId } }));
    await context.consume(
      context.service,
      { queue: name, bindings: [{ exchange: 'requests', key: name }] },
      async ({ properties }) => {
        for (const chunk of ['a', 'b', 'c']) await reply(properties, chunk);
      },
    );
    const isLast = (reply: { body: Uint8Array }) => textOf(reply) === 'c';
    const replies = await context.client.request(message(name), { timeoutMs, isLast });
    expect(replies.map(textOf)).toEqual(['a', 'b', 'c']);
  });

  test('replies go to a queue of the naming that was asked for, which is used again', async () => {
    const name = context.name('peaches');
    const queues: (string | undefined)[] = [];
    const answer = answering(context.service, (request) => {
      queues.push(request.properties.replyTo);
      return '';
    });
    await context.consume(
      context.service,
      { queue: name, bindings: [{ exchange: 'requests', key: name }] },
      answer,
    );
    for (const replyQueue of ['request_reply', 'broker-named', 'request_reply', undefined] as const) {
      await context.client.request(message(name), {
        timeoutMs,
        replyQueue: replyQueue === 'broker-named' ? 'broker-named' : replyQueue,
      });
    }
    expect(queues[0]).toMatch(/^request_reply[0-9a-f]{8}-[0-9a-f-]{27}$/);
    expect(queues[1]).toMatch(/^amq\.gen-/);
    expect(queues[2]).toBe(queues[0]);
    expect(queues[3]).toBe(queues[1]);
  });

  test('a service whose handler fails goes on', async () => {
    const name = context.name('fragile');
    const failures: unknown[] = [];
    const bus = await context.open({
      onEvent: (event) => {
        if (event.event === 'dropped') failures.push(event.error);
      },
    });
    let calls = 0;
    await context.consume(
      bus,
      { queue: name, bindings: [{ exchange: 'requests', key: name }] },
      (request) => {
        calls++;
        if (calls === 1) throw new Error('at once');
        if (calls === 2) return Promise.reject(new Error('later'));
        return answering(bus, () => 'alive')(request);
      },
    );
    await warm();
    await expect(context.client.request(message(name), { timeoutMs: 20 })).rejects.toThrow('no reply');
    await expect(context.client.request(message(name), { timeoutMs: 20 })).rejects.toThrow('no reply');
    const [reply] = await context.client.request(message(name), { timeoutMs });
    expect(reply && textOf(reply)).toBe('alive');
    expect(failures.map(String)).toEqual(['Error: at once', 'Error: later']);
    expect(bus.status.dropped['handler-failed']).toBe(2);
  });
}
