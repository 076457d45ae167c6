/** What Python's buffer made of what Python sent, and what ours does. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MessageDecoder, RingBuffer } from '../../src/bsread/index.ts';
import type { Message } from '../../src/zmtp/index.ts';
import { keptLog, TestConsumer, TestSource } from './pulses.ts';
import { asRecorded } from './recorded.ts';

interface Fixture {
  readonly frames: readonly string[];
  readonly streams: readonly {
    readonly id: string;
    readonly input: number[][];
    readonly output: number[][];
  }[];
}

const read = <T>(file: string) => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as T;
const fixture = read<Fixture>('../fixtures/bsread/buffer.json');
const reasons = read<{ what: string; reason: string }[]>('../differences/bsread-buffer.json');
const frames = fixture.frames.map((text) => Buffer.from(text, 'base64'));
const message = (places: readonly number[]): Message => places.map((place) => frames[place] as Buffer);

/** The values of a message, as Python's bsread decodes them, without times; an array of one item is that item. */
function values(decoder: MessageDecoder, of: Message) {
  const decoded = decoder.decode(of);
  if (decoded === undefined) throw new Error('a recorded message does not decode');
  const { pulseId, channels } = asRecorded(decoded);
  return {
    pulseId,
    channels: channels.map(({ ns: _, ...channel }) =>
      isOneItem(channel) ? { ...channel, kind: 'scalar', shape: [] } : channel,
    ),
  };
}

const isOneItem = ({ shape }: { readonly shape?: readonly number[] }) =>
  shape?.length === 1 && shape[0] === 1;

/** In which parts two messages differ. */
function differingParts(ours: Message, theirs: Message): string[] {
  const part = (place: number) =>
    place === 0 ? 'main header' : place === 1 ? 'data header' : place % 2 === 0 ? 'data' : 'timestamp';
  return ours.flatMap((frame, place) =>
    Buffer.compare(frame, theirs[place] as Uint8Array) === 0 ? [] : [part(place)],
  );
}

async function passed(input: readonly Message[]): Promise<Message[]> {
  await using source = await TestSource.open();
  await using buffer = await RingBuffer.open({
    inputs: [source.address],
    address: 'tcp://127.0.0.1:*',
    log: keptLog(),
  });
  await using consumer = new TestConsumer(buffer.address);
  const output: Message[] = [];
  for (const each of input) {
    await source.push.send(each);
    output.push(await consumer.next());
  }
  return output;
}

test.each(fixture.streams)(
  '$id: the same pulses and values come out, and the bytes that came in',
  async (stream) => {
    const [input, reference] = [stream.input.map(message), stream.output.map(message)];
    const output = await passed(input);
    expect(output.map((each) => each.map((frame) => Buffer.from(frame)))).toEqual(input);
    const [ours, theirs] = [0, 1].map(() => new MessageDecoder({ strictPython: true })) as [
      MessageDecoder,
      MessageDecoder,
    ];
    expect(output.map((each) => values(ours, each))).toEqual(reference.map((each) => values(theirs, each)));
  },
);

test('each way in which the messages differ has its reason', () => {
  const found = new Set(
    fixture.streams.flatMap(({ input, output }) =>
      input.flatMap((each, place) => differingParts(message(each), message(output[place] as number[]))),
    ),
  );
  expect([...found].sort()).toEqual(reasons.map(({ what }) => what).sort());
});
