/** Either side is killed and comes again: the other one goes on with the new one, by itself. */
import { describe, expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { pairs, sides } from './peers/matrix.ts';
import { numbered, summaryOf } from './peers/message.ts';
import { NumberedStream, numberOf } from './peers/numbered.ts';
import { openParty } from './peers/party.ts';
import { RemoteParty } from './peers/remote-party.ts';

/** libzmq 4.3.5 may abort its process when it is cut off between two frames that it sends (session_base.cpp:233). */
const sizesBytesFrom = { alidade: [10, 20_000, 0], libzmq: [20_000] };
const options = { highWaterMark: 20, reconnectMs: 1 };
const eachLife = 10;

/** While nobody listens there, no one else may get the port, least of all the one that tries to connect again. */
const keptEndpoint = async () => `tcp://127.0.0.1:${await freePort()}`;

describe.each(sides)('%s to %s', (from, to) => {
  const sizesBytes = sizesBytesFrom[from];
  describe.each(pairs)('%s to %s', (writes, reads) => {
    test.each(['binds', 'connects'] as const)('the sender %s, is killed and comes again', async (does) => {
      await using receiver = openParty(to, reads, options);
      if (reads === 'sub') await receiver.subscribe('');
      let endpoint = does === 'connects' ? await receiver.bind('tcp://127.0.0.1:*') : await keptEndpoint();
      for (let life = 0; life < 2; life++) {
        await using sender = RemoteParty.start(from, writes, options);
        if (does === 'connects') await sender.connect(endpoint);
        else endpoint = await sender.bind(endpoint);
        if (does === 'binds' && life === 0) await receiver.connect(endpoint);
        await sender.stream(sizesBytes);
        // What the one that was killed had sent is whole too, and comes before: then the numbers begin anew.
        let last = Number.POSITIVE_INFINITY;
        for (let left = eachLife, begun = life === 0; left > 0; ) {
          const number = numberOf(await receiver.receive(), sizesBytes);
          begun ||= number < last;
          last = number;
          if (begun) left -= 1;
        }
        await sender.kill();
      }
    });

    test.each(['binds', 'connects'] as const)('the receiver %s, is killed and comes again', async (does) => {
      await using sender = openParty(from, writes, options);
      let endpoint = does === 'connects' ? await sender.bind('tcp://127.0.0.1:*') : await keptEndpoint();
      using stream = new NumberedStream(sender, sizesBytes);
      let last = -1;
      for (let life = 0; life < 2; life++) {
        await using receiver = RemoteParty.start(to, reads, options);
        if (reads === 'sub') await receiver.subscribe('');
        if (does === 'connects') await receiver.connect(endpoint);
        else endpoint = await receiver.bind(endpoint);
        if (does === 'binds' && life === 0) await sender.connect(endpoint);
        const came = await receiver.receive(eachLife);
        await receiver.kill();
        const sent = Array.from({ length: stream.sentCount }, (_, i) => summaryOf(numbered(i, sizesBytes)));
        const numbers = came.map((summary) => sent.indexOf(summary));
        expect(numbers).toEqual(numbers.filter((number) => number > last).sort((a, b) => a - b));
        last = numbers.at(-1) ?? last;
      }
    });
  });
});
