/** Our ZeroMQ wire and pyzmq: every pair of sockets, both ways, either side binding; cuts, restarts and subscriptions. */
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand } from '../support/program.ts';
import { CuttingProxy } from '../zmtp/peers/cutting-proxy.ts';
import { pairs } from '../zmtp/peers/matrix.ts';
import { framesOf, type Message, numbered, summaryOf } from '../zmtp/peers/message.ts';
import { extremeMessages, randomMessages } from '../zmtp/peers/messages.ts';
import { NumberedStream, numberOf } from '../zmtp/peers/numbered.ts';
import { openParty, type Party, type PartyOptions, type Role } from '../zmtp/peers/party.ts';
import { RemoteParty } from '../zmtp/peers/remote-party.ts';
import { untilHeard } from '../zmtp/peers/until-heard.ts';
import { type Direction, proven } from './proven.ts';
import { pythonProgram } from './python.ts';

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

const messages = [...extremeMessages, ...randomMessages(20_260_102, 40)];
const directions = ['Python → Alidade', 'Alidade → Python'] as const satisfies readonly Direction[];
const binders = ['sender', 'receiver'] as const;
const none: PartyOptions = { highWaterMark: 0 };

describe.each(pairs)('%s to %s', (writes, reads) => {
  const cases = directions.flatMap((direction) =>
    binders.flatMap((binder) => ['tcp', 'ipc'].map((transport) => ({ direction, binder, transport }))),
  );

  test.each(cases)('$direction, the $binder binds, $transport', async ({ direction, binder, transport }) => {
    const isOurs = direction === 'Alidade → Python';
    await using sender = isOurs ? ours(writes, none) : pythonParty(writes, none);
    await using receiver = isOurs ? pythonParty(reads, none) : ours(reads, none);
    if (reads === 'sub') await receiver.subscribe('');
    const [binding, connecting] = binder === 'sender' ? [sender, receiver] : [receiver, sender];
    const wanted =
      transport === 'tcp'
        ? 'tcp://127.0.0.1:*'
        : `ipc://${join(folder.path, `${isOurs}-${writes}-${binder}`)}`;
    await connecting.connect(await binding.bind(wanted));
    if (reads === 'sub') await joined(sender, receiver);
    const received = receiver.receive(messages.length);
    await sender.send(messages);
    expect(await received).toEqual(messages.map((message) => summaryOf(framesOf(message))));
    proven(`zmtp: ${writes} to ${reads}, ${transport}`, direction, messages.length);
  });

  const sizesBytes = [10, 40_000, 0];
  const lively: PartyOptions = { highWaterMark: 20, reconnectMs: 1 };

  test('Python streams through a line that is cut: whole messages, in order', async () => {
    await using sender = pythonParty(writes, lively);
    await using receiver = openParty('alidade', reads, lively);
    if (reads === 'sub') await receiver.subscribe('');
    const cuts = [1, 64, 100, 5_000, 40_300, 200_001];
    await using proxy = await CuttingProxy.start(
      await sender.bind('tcp://127.0.0.1:*'),
      cuts.map((afterBytes) => ({ direction: 'to client', afterBytes })),
    );
    await receiver.connect(proxy.endpoint);
    // libzmq 4.3.5 may abort its process when it is cut off between two frames that it sends (session_base.cpp:233).
    const sizesBytes = [40_000];
    await sender.stream(sizesBytes);
    const numbers: number[] = [];
    for (let left = 20; left > 0; ) {
      numbers.push(numberOf(await receiver.receive(), sizesBytes));
      if (proxy.cutCount === cuts.length) left -= 1;
    }
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    proven('zmtp: cuts in a message', 'Python → Alidade', cuts.length);
  });

  test('a Python that reads is killed and comes again: it gets what is sent from then on', async () => {
    await using sender = openParty('alidade', writes, lively);
    using stream = new NumberedStream(sender, sizesBytes);
    let endpoint = 'tcp://127.0.0.1:*';
    for (let life = 0, last = -1; life < 2; life++) {
      await using receiver = pythonParty(reads, lively);
      if (reads === 'sub') await receiver.subscribe('');
      endpoint = await receiver.bind(endpoint);
      if (life === 0) await sender.connect(endpoint);
      const came = await receiver.receive(10);
      await receiver.kill();
      const sent = Array.from({ length: stream.sentCount }, (_, i) => summaryOf(numbered(i, sizesBytes)));
      const numbers = came.map((summary) => sent.indexOf(summary));
      expect(numbers).toEqual(numbers.filter((number) => number > last).sort((a, b) => a - b));
      last = numbers.at(-1) ?? last;
    }
    proven('zmtp: restarts', 'Alidade → Python', 2);
  });
});

test('what Python subscribes to is what it gets', async () => {
  await using pub = openParty('alidade', 'pub');
  await using sub = pythonParty('sub');
  for (const prefix of ['wind', 'wind_speed', 'end']) await sub.subscribe(prefix);
  await sub.connect(await pub.bind('tcp://127.0.0.1:*'));
  await untilHeard(sub.receive(1), () => pub.send([Buffer.from('end')]));
  const topics = ['win', 'wind', 'sun', 'wind_speed', '', 'windy', 'end of it'];
  for (const topic of topics) await pub.send([Buffer.from(topic)]);
  const wanted = ['wind', 'wind_speed', 'windy', 'end of it'].map((topic) => summaryOf([Buffer.from(topic)]));
  const came: string[] = [];
  while (came.at(-1) !== wanted.at(-1)) {
    const [summary = ''] = await sub.receive(1);
    if (summary !== summaryOf([Buffer.from('end')])) came.push(summary);
  }
  expect(came).toEqual(wanted);
  proven('zmtp: subscriptions', 'Alidade → Python', topics.length);
});

/** What a party of ours and one of Python's have in common: messages go in as descriptions and come out as summaries. */
interface Exchange extends AsyncDisposable {
  bind(endpoint: string): Promise<string>;
  connect(endpoint: string): Promise<void>;
  subscribe(prefix: string): Promise<void>;
  send(messages: readonly Message[]): Promise<void>;
  receive(count: number): Promise<string[]>;
}

function ours(role: Role, options: PartyOptions): Exchange {
  const party: Party = openParty('alidade', role, options);
  return {
    bind: party.bind,
    connect: party.connect,
    subscribe: party.subscribe,
    async send(all) {
      for (const message of all) await party.send(framesOf(message));
    },
    async receive(count) {
      const summaries: string[] = [];
      while (summaries.length < count) summaries.push(summaryOf(await party.receive()));
      return summaries;
    },
    [Symbol.asyncDispose]: () => party.close(),
  };
}

function pythonParty(role: Role, options: PartyOptions = {}): RemoteParty {
  const program = new URL('python/zmq_party.py', import.meta.url).pathname;
  return new RemoteParty(runCommand(pythonProgram(), ['-B', program, role, JSON.stringify(options)]));
}

/** Resolves when what the publisher sends reaches the subscriber, and nothing of what was sent for this is left. */
async function joined(publisher: Exchange, subscriber: Exchange): Promise<void> {
  const mark: Message = { label: 'joined', sizesBytes: [7] };
  const end: Message = { label: 'joined: end', sizesBytes: [8] };
  await untilHeard(subscriber.receive(1), () => publisher.send([mark]));
  await publisher.send([end]);
  while ((await subscriber.receive(1))[0] !== summaryOf(framesOf(end)));
}
