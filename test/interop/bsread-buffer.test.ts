/** The real bsread of Python at both ends of our ring buffer: what one sends is what the other gets. */
import { describe, expect, test } from 'vitest';
import { RingBuffer } from '../../src/bsread/index.ts';
import { keptLog } from '../bsread/pulses.ts';
import { freePort } from '../support/free-port.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { BsreadParty, type DescribedMessage, hasRealBsread } from './bsread-party.ts';
import { combinations, examples, orNull, portOf, received, sentByPython } from './bsread-values.ts';
import { proven } from './proven.ts';

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

  test('joined streams of Python, whose headers and values are compressed in different ways', async () => {
    const [first, second] = [await freePort(), await freePort()];
    const clock = new ManualClock(0);
    await using buffer = await RingBuffer.open({
      inputs: [`tcp://127.0.0.1:${first}`, `tcp://127.0.0.1:${second}`],
      address: 'tcp://127.0.0.1:*',
      latenessMs: 500,
      clock,
      log: keptLog(),
    });
    await using a = new BsreadParty();
    await using b = new BsreadParty();
    await using consumer = new BsreadParty();
    await consumer.connect(portOf(buffer.address), 'pull');
    const of = (name: string, pulse: number) => {
      const renamed = ({ values, ...message }: DescribedMessage): DescribedMessage => ({
        ...message,
        values: values.map(([channel, value]) => [`${name}:${channel}`, value]),
      });
      return { sent: renamed(sentByPython(pulse)), got: renamed(received(pulse)) };
    };
    await a.send(first, 'push', [of('a', 5).sent, of('a', 6).sent], 'lz4', null, true);
    await b.send(second, 'push', [of('b', 5).sent], null, 'bitshuffle_lz4', true);
    const [whole] = await consumer.receive(1);
    await expect.poll(() => buffer.status().waitingPulses).toBe(1);
    clock.advance(500);
    const [half] = await consumer.receive(1);
    const [one, two, alone] = [of('a', 5).got, of('b', 5).got, of('a', 6).got];
    expect(whole).toEqual({
      ...one,
      values: [...one.values, ...two.values],
      times: [...one.times, ...two.times],
    });
    expect(half).toEqual({
      ...alone,
      values: [...alone.values, ...two.values.map(([name]) => [name, null])],
      times: [...alone.times, ...two.times.map(() => null)],
    });
    proven('bsread: joined by the ring buffer', 'Python → Alidade', 2 * examples.length);
    proven('bsread: joined by the ring buffer', 'Alidade → Python', 2 * examples.length);
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
    await expect.poll(() => buffer.status().bufferedPulses).toBe(5);
    for (let i = 0; i < 2; i++) {
      await using late = new BsreadParty();
      await late.connect(portOf(buffer.address), 'sub');
      expect(await late.receive(3)).toEqual([received(3), received(4), received(5)]);
    }
    proven('bsread: late consumers of the ring buffer', 'Alidade → Python');
  });
});
