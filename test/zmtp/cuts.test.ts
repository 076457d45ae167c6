/** Connections are cut at any byte: what comes is whole, in order and never twice, and the stream goes on. */
import { describe, expect, test } from 'vitest';
import { CuttingProxy } from './peers/cutting-proxy.ts';
import { pairs, sides } from './peers/matrix.ts';
import { NumberedStream, numberOf } from './peers/numbered.ts';
import { openParty } from './peers/party.ts';

/** libzmq 4.3.5 may abort its process when it is cut off between two frames that it sends (session_base.cpp:233). */
const sizesBytesFrom = { alidade: [100, 0, 70_000, 255, 256], libzmq: [70_000] };
/** In the greeting, at its end, in READY, between messages, in heads of frames and in their middle. */
const cutsAfterBytes = [1, 11, 40, 64, 70, 100, 230, 300, 1000, 65_536, 70_500, 71_300, 200_000, 500_001];
const afterwards = 20;

describe.each(sides)('%s to %s', (from, to) => {
  const sizesBytes = sizesBytesFrom[from];
  describe.each(pairs)('%s to %s', (writes, reads) => {
    test.each(['sender', 'receiver'] as const)('the %s connects', async (connector) => {
      const options = { highWaterMark: 20, reconnectMs: 1 };
      await using receiver = openParty(to, reads, options);
      await using sender = openParty(from, writes, options);
      if (reads === 'sub') await receiver.subscribe('');
      const [binding, connecting] = connector === 'sender' ? [receiver, sender] : [sender, receiver];
      const direction = connector === 'sender' ? 'to server' : 'to client';
      await using proxy = await CuttingProxy.start(
        await binding.bind('tcp://127.0.0.1:*'),
        cutsAfterBytes.map((afterBytes) => ({ direction, afterBytes })),
      );
      await connecting.connect(proxy.endpoint);
      using _stream = new NumberedStream(sender, sizesBytes);
      const numbers: number[] = [];
      for (let left = afterwards; left > 0; ) {
        numbers.push(numberOf(await receiver.receive(), sizesBytes));
        if (proxy.cutCount === cutsAfterBytes.length) left -= 1;
      }
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      expect(proxy.cutCount).toBe(cutsAfterBytes.length);
    });
  });
});
