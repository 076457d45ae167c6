/** The real bsread of Python and ours: what one sends is what the other gets, for all types and compressions. */
import { describe, expect, test } from 'vitest';
import { type PulseMessage, Sender, Source } from '../../src/bsread/index.ts';
import { untilHeard } from '../zmtp/peers/until-heard.ts';
import { BsreadParty, type DescribedMessage, describeMessage, hasRealBsread } from './bsread-party.ts';
import {
  channels,
  combinations,
  examples,
  orNull,
  portOf,
  received,
  sentByPython,
  timestampNs,
  values,
} from './bsread-values.ts';
import { proven } from './proven.ts';

async function take(source: Source, count: number): Promise<DescribedMessage[]> {
  const messages: DescribedMessage[] = [];
  while (messages.length < count) messages.push(describeMessage((await source.receive()) as PulseMessage));
  return messages;
}

describe.skipIf(!hasRealBsread())('the real bsread', () => {
  test.each(combinations)('header $header, data $data: Python to us', async ({ header, data }) => {
    await using source = await Source.open({ addresses: 'tcp://127.0.0.1:*', mode: 'bind' });
    await using python = new BsreadParty();
    const messages = [sentByPython(5), sentByPython(6)];
    const came = take(source, 2);
    await python.send(portOf(source.endpoints[0]), 'push', messages, orNull(header), orNull(data));
    expect(await came).toEqual([received(5), received(6)]);
    expect(source.statistics()).toMatchObject({ decodedMessages: 2, headerChanges: 1, unverifiedHeaders: 0 });
    proven('bsread: values of all types', 'Python → Alidade', examples.length);
  });

  test.each(combinations)('header $header, data $data: we to Python', async ({ header, data }) => {
    const options = { channels, compression: data, headerCompression: header, startPulseId: 5n };
    await using sender = await Sender.open({ addresses: 'tcp://127.0.0.1:*', ...options });
    await using python = new BsreadParty();
    await python.connect(portOf(sender.endpoints[0]), 'pull');
    for (let i = 0; i < 2; i++) await sender.send(values, { timestampNs: BigInt(timestampNs) });
    expect(await python.receive(2)).toEqual([received(5), received(6)]);
    proven('bsread: values of all types', 'Alidade → Python', examples.length);
  });

  test('published by Python', async () => {
    await using source = await Source.open({ addresses: 'tcp://127.0.0.1:*', mode: 'bind', pattern: 'sub' });
    await using python = new BsreadParty();
    // What is published before the subscription has arrived is lost: the first that comes may be any.
    await python.send(portOf(source.endpoints[0]), 'pub', [], null, null);
    let pulseId = 0;
    const [message] = await untilHeard(take(source, 1), () => python.sendOn([sentByPython(pulseId++)]));
    expect(message).toEqual(received(Number(message?.pulseId)));
    proven('bsread: published', 'Python → Alidade');
  });

  test('published to Python', async () => {
    await using sender = await Sender.open({ addresses: 'tcp://127.0.0.1:*', pattern: 'pub', channels });
    await using python = new BsreadParty();
    await python.connect(portOf(sender.endpoints[0]), 'sub');
    const send = () => sender.send(values, { timestampNs: BigInt(timestampNs) });
    const [message] = await untilHeard(python.receive(1), send);
    expect(message).toEqual(received(Number(message?.pulseId)));
    proven('bsread: published', 'Alidade → Python');
  });
});
