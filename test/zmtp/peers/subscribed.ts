import type { Party } from './party.ts';
import { untilHeard } from './until-heard.ts';

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
  await untilHeard(subscriber.receive(), () => publisher.send([Buffer.from(mark)]));
  await publisher.send([Buffer.from(end)]);
  while ((await subscriber.receive())[0]?.toString() !== end);
}
