/** Every pair of sockets, both ways, either side binding, over tcp and ipc: what is sent comes, byte for byte. */
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { pairs, sides } from './peers/matrix.ts';
import { framesOf, summaryOf } from './peers/message.ts';
import { extremeMessages, randomMessages } from './peers/messages.ts';
import { openParty, type Party } from './peers/party.ts';
import { joined } from './peers/subscribed.ts';

const seed = 20_260_101;
const messages = [...extremeMessages, ...randomMessages(seed, 60)];
const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

const cases = pairs.flatMap(([writes, reads]) =>
  (['sender', 'receiver'] as const).flatMap((binder) =>
    (['tcp', 'ipc'] as const).map((transport) => ({ writes, reads, binder, transport })),
  ),
);

describe.each(sides)('%s to %s', (from, to) => {
  test.each(cases)('$writes to $reads, the $binder binds, $transport', async (one) => {
    // No marks: a subscriber that is slower than the publisher would lose what is compared.
    await using sender = openParty(from, one.writes, { highWaterMark: 0 });
    await using receiver = openParty(to, one.reads, { highWaterMark: 0 });
    if (one.reads === 'sub') await receiver.subscribe('');
    const [binder, other] = one.binder === 'sender' ? [sender, receiver] : [receiver, sender];
    const name = `${from}-${to}-${one.writes}-${one.binder}`;
    const wanted = one.transport === 'tcp' ? 'tcp://127.0.0.1:*' : `ipc://${join(folder.path, name)}`;
    await other.connect(await binder.bind(wanted));
    if (one.reads === 'sub') await joined(sender, receiver);
    const received = receiveSummaries(receiver, messages.length);
    for (const message of messages) await sender.send(framesOf(message));
    expect(await received).toEqual(messages.map((message) => summaryOf(framesOf(message))));
  });
});

async function receiveSummaries(party: Party, count: number): Promise<string[]> {
  const summaries: string[] = [];
  while (summaries.length < count) summaries.push(summaryOf(await party.receive()));
  return summaries;
}
