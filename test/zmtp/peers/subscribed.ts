import { setTimeout as sleep } from 'node:timers/promises';
import type { Party } from './party.ts';

let count = 0;

/**
 * Resolves when what the publisher sends reaches the subscriber. A subscription takes effect when its message has
 * arrived, which nobody is told: so it is tried until it works. What was sent for this is taken off again.
 *
 * @param prefix what the subscriber has subscribed to
 */
export async function joined(publisher: Party, subscriber: Party, prefix = ''): Promise<void> {
  const mark = `${prefix}joined ${count++}`;
  const end = `${mark} end`;
  let isHeard = false;
  const first = subscriber.receive().then(() => {
    isHeard = true;
  });
  while (!isHeard) {
    await publisher.send([Buffer.from(mark)]);
    await Promise.race([first, sleep(2)]);
  }
  await first;
  await publisher.send([Buffer.from(end)]);
  while ((await subscriber.receive())[0]?.toString() !== end);
}
