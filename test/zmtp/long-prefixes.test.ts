/** A prefix of the greatest length is served, a longer one is refused before any publisher would refuse it. */
import { expect, test } from 'vitest';
import { PubSocket, SubSocket } from '../../src/zmtp/index.ts';
import { untilHeard } from './peers/until-heard.ts';

test('the longest prefix that is taken reaches a publisher, one byte more is refused', async () => {
  await using pub = new PubSocket();
  await using sub = new SubSocket();
  const longest = 'x'.repeat(65_526);
  expect(() => sub.subscribe(`${longest}x`)).toThrow(expect.objectContaining({ code: 'ALI_USAGE' }));
  sub.subscribe(longest);
  sub.connect(await pub.bind('tcp://127.0.0.1:*'));
  const heard = await untilHeard(sub[Symbol.asyncIterator]().next(), () => pub.send([longest, 'body']));
  expect(heard.done).toBe(false);
  expect(pub.statistics().refusedPeers).toBe(0);
});
