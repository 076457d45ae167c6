/** The real bsread of Python at both ends of our ring buffer: what one sends is what the other gets. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { RingBuffer } from '../../src/bsread/index.ts';
import { keptLog } from '../bsread/pulses.ts';
import { BsreadParty, type DescribedMessage, hasRealBsread } from './bsread-party.ts';
import { combinations, examples, orNull, portOf, received, sentByPython } from './bsread-values.ts';
import { proven } from './proven.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await once(server.close(), 'close');
  return port;
}

describe.skipIf(!hasRealBsread())('the real bsread', () => {
  // What Python writes of big-endian arrays with lz4, it cannot read itself: the length is in the wrong order.
  test.each(combinations)('header $header, data $data: through our buffer', async ({ header, data }) => {
    const port = await freePort();
    await using buffer = await RingBuffer.open({
      inputs: [`tcp://127.0.0.1:${port}`],
      address: 'tcp://127.0.0.1:*',
      log: keptLog(),
    });
    await using sender = new BsreadParty();
    await using consumer = new BsreadParty();
    await consumer.connect(portOf(buffer.address), 'pull');
    await sender.send(port, 'push', [sentByPython(5), sentByPython(6)], orNull(header), orNull(data), true);
    const readable = ({ values, ...message }: DescribedMessage) => ({
      ...message,
      values: values.filter(([name]) => data !== 'lz4' || !name.endsWith(':big')),
    });
    const came = await consumer.receive(2);
    expect(came.map((message) => message && readable(message))).toEqual(
      [received(5), received(6)].map(readable),
    );
    proven('bsread: through the ring buffer', 'Python → Alidade', examples.length);
    proven('bsread: through the ring buffer', 'Alidade → Python', examples.length);
  });

  test('a late consumer of Python gets what is buffered, and so does a second one', async () => {
    const port = await freePort();
    await using buffer = await RingBuffer.open({
      inputs: [`tcp://127.0.0.1:${port}`],
      address: 'tcp://127.0.0.1:*',
      fanOut: 'pub',
      maxMessages: 3,
      log: keptLog(),
    });
    await using sender = new BsreadParty();
    const messages = [1, 2, 3, 4, 5].map(sentByPython);
    await sender.send(port, 'push', messages, null, null, true);
    await expect.poll(() => buffer.status().bufferedPulses, { timeout: 10_000 }).toBe(5);
    for (let i = 0; i < 2; i++) {
      await using late = new BsreadParty();
      await late.connect(portOf(buffer.address), 'sub');
      expect(await late.receive(3)).toEqual([received(3), received(4), received(5)]);
    }
    proven('bsread: late consumers of the ring buffer', 'Alidade → Python');
  });
});
