import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { Router } from './router.ts';

test('a subscription that its store ends leaves nothing behind at its signal', async () => {
  const { signal } = new AbortController();
  for (const finish of [
    (router: Router) => router.end(),
    (router: Router) => router.end(new Error('the store failed')),
  ]) {
    const router = new Router(() => {});
    router.add({ channels: ['c'] }, { signal });
    finish(router);
    expect(router.size).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  }
});
