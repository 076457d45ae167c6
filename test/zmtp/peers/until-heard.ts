import { setTimeout as sleep } from 'node:timers/promises';

/** Does it again and again until `heard` resolves, and gives what that resolves with. */
export async function untilHeard<T>(heard: Promise<T>, again: () => Promise<unknown>): Promise<T> {
  let isHeard = false;
  const done = heard.then(() => {
    isHeard = true;
  });
  while (!isHeard) {
    await again();
    await Promise.race([done, sleep(2)]);
  }
  return heard;
}
