/**
 * `npm run bench -- telstate`: telescope state beside the real katsdptelstate and beside redis-benchmark, and on the
 * embedded store. Every figure is the median of rounds in which all take turns; a ratio is that of the medians.
 */
import { needForeign } from '../../scripts/debian.ts';
import { pythonWithPeers } from '../../scripts/python.ts';
import { onEmbeddedStore } from './embedded.ts';
import { onRedis } from './redis.ts';

export async function run(): Promise<void> {
  await needForeign('redis-server');
  const python = await pythonWithPeers();
  await onRedis(python);
  await onEmbeddedStore();
}
