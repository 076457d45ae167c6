/** The real bsread of Python and ours: what one sends is what the other gets, for all types and compressions. */
import { describe, expect, test } from 'vitest';
import {
  type ChannelSpec,
  type ChannelType,
  type Encoding,
  type PulseMessage,
  Sender,
  type SentValue,
  Source,
} from '../../src/bsread/index.ts';
import { arrayOf, swapItems } from '../../src/bsread/items.ts';
import {
  BsreadParty,
  type DescribedMessage,
  type DescribedValue,
  describeArray,
  describeMessage,
  dtypes,
  hasRealBsread,
} from './bsread-party.ts';
import { proven } from './proven.ts';

type NumberType = keyof typeof dtypes;

const types = Object.keys(dtypes) as NumberType[];
/** NumPy's; the image has more items than a block of bitshuffle. */
const shapes = [[], [10], [3, 4], [33, 301]];
const compressions = ['none', 'lz4', 'bitshuffle_lz4'] as const;
const combinations = compressions.flatMap((header) => compressions.map((data) => ({ header, data })));
const timestampNs = '1700000000123456789';

/** A value of each type and shape, as both describe it, and as our sender takes it. */
interface Example {
  readonly name: string;
  readonly type: ChannelType;
  readonly encoding: Encoding;
  readonly shape: readonly number[];
  readonly described: DescribedValue;
  readonly value: SentValue;
}

function example(type: NumberType, shape: readonly number[], encoding: Encoding = 'little'): Example {
  const count = shape.reduce((product, size) => product * size, 1);
  const numbers = Array.from({ length: count }, (_, i) =>
    type === 'bool' ? i % 3 === 1 : (i * 7 + 1) % 128,
  );
  const items = arrayOf(type, numbers);
  if ('misfit' in items) throw new Error(`${items.misfit} is no ${type}`);
  const value = shape.length === 0 ? (numbers[0] ?? null) : { items, shape };
  const name = `${type}:${shape.join('x') || 'scalar'}:${encoding}`;
  return { name, type, encoding, shape, described: describeArray(type, items, shape), value };
}

function text(content: string): Example {
  const name = `text:${content.length}`;
  return {
    name,
    type: 'string',
    encoding: 'little',
    shape: [],
    described: { text: content },
    value: content,
  };
}

const examples: readonly Example[] = [
  ...types.flatMap((type) => shapes.map((shape) => example(type, shape))),
  ...types
    .filter((type) => dtypes[type].startsWith('<'))
    .flatMap((type) => shapes.slice(1).map((shape) => example(type, shape, 'big'))),
  text('a'),
  text('Grüße, 世界'.repeat(1000)),
];

const missing = 'MISSING';
const portOf = (endpoint = '') => Number(endpoint.slice(endpoint.lastIndexOf(':') + 1));

/** What each side is to have of one pulse. */
function received(pulse: number): DescribedMessage {
  return {
    pulseId: String(pulse),
    timestampNs,
    values: [...examples.map(({ name, described }) => [name, described] as const), [missing, null]],
    times: [...examples.map(() => timestampNs), null],
  };
}

/** For Python to send: its arrays have a byte order of their own, which it declares. */
function sentByPython(pulse: number): DescribedMessage {
  const values = examples.map(
    ({ name, encoding, described }) => [name, inOrder(described, encoding)] as const,
  );
  return { ...received(pulse), values: [...values, [missing, null]] };
}

function inOrder(described: DescribedValue, encoding: Encoding): DescribedValue {
  if (described === null || 'text' in described || encoding === 'little') return described;
  const bytes = Buffer.from(described.data, 'base64');
  swapItems(bytes, Number(described.dtype.slice(2)));
  return { ...described, dtype: described.dtype.replace('<', '>'), data: bytes.toString('base64') };
}

const channels: readonly ChannelSpec[] = [
  ...examples.map(({ name, type, encoding, shape }) => ({
    name,
    type,
    encoding,
    shape: shape.length === 0 ? [1] : shape.toReversed(),
  })),
  { name: missing },
];
const values = Object.fromEntries(examples.map(({ name, value }) => [name, value]));

async function take(source: Source, count: number): Promise<DescribedMessage[]> {
  const messages: DescribedMessage[] = [];
  while (messages.length < count) messages.push(describeMessage((await source.receive()) as PulseMessage));
  return messages;
}

const orNull = (compression: string) => (compression === 'none' ? null : compression);

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
    const messages = Array.from({ length: 100 }, (_, i) => sentByPython(i));
    const came = take(source, 1);
    await python.send(portOf(source.endpoints[0]), 'pub', messages, null, null);
    const [message] = await came;
    expect(message).toEqual(received(Number(message?.pulseId)));
    proven('bsread: published', 'Python → Alidade');
  });

  test('published to Python', async () => {
    await using sender = await Sender.open({ addresses: 'tcp://127.0.0.1:*', pattern: 'pub', channels });
    await using python = new BsreadParty();
    await python.connect(portOf(sender.endpoints[0]), 'sub');
    const coming = python.receive(1);
    let answer: readonly unknown[] | undefined;
    coming.then((messages) => {
      answer = messages;
    });
    while (answer === undefined) {
      await sender.send(values, { timestampNs: BigInt(timestampNs) });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const [message] = await coming;
    expect(message).toEqual(received(Number(message?.pulseId)));
    proven('bsread: published', 'Alidade → Python');
  });
});
