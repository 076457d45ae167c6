import { nodePeer, Peer } from '../peer.ts';

export function pythonPeer(python: string, endpoint: string): Peer {
  return new Peer(python, [new URL('./peer.py', import.meta.url).pathname, endpoint]);
}

/** A process of ours that waits for samples; see waiter.ts. */
export function waiterPeer(url: string): Peer {
  return nodePeer(new URL('./waiter.ts', import.meta.url), url);
}

/** How long the peer took to wake at each of `count` samples that this process adds with `add`. */
export async function wakeUps(
  peer: Peer,
  key: string,
  count: number,
  add: (value: readonly [number, bigint]) => Promise<void>,
): Promise<number[]> {
  peer.ask('wait', key, count);
  for (let i = 0; i < count; i++) {
    await peer.answer();
    // The peer says so before it subscribes.
    await new Promise((resolve) => setTimeout(resolve, 10));
    await add([i, process.hrtime.bigint()]);
  }
  return (await peer.answer<{ delaysMs: number[] }>()).delaysMs;
}
