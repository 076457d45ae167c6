import { z } from 'zod';
import { isAlidadeError } from '../shared/errors.ts';
import type { Space, Store } from '../store/index.ts';
import type { RetentionRule } from './definition.ts';
import { leaseKey } from './lease.ts';

const leaseContent = z.object({
  retention: z.array(
    z.object({ keys: z.string(), keepMs: z.number().optional(), keepLast: z.number().optional() }),
  ),
});

/**
 * The retention rules of the instruments that run on a store now, in their order: of those that match a key the first
 * holds. Empty where none runs.
 *
 * @example (await retentionInForce(store))[0]?.keepMs // 604800000, which is 7 days
 */
export async function retentionInForce(store: Store): Promise<RetentionRule[]> {
  const config = await spaceOfLeases(store);
  if (config === undefined) return [];
  const leases = await config.keys(leaseKey('*'));
  const contents = await Promise.all(leases.map((key) => config.read({ read: 'value', key })));
  return contents.flatMap((content) => (content === undefined ? [] : rulesOf(content)));
}

/** Undefined on a Redis server without a database for it: no instrument can run there. */
async function spaceOfLeases(store: Store): Promise<Space | undefined> {
  try {
    return await store.space('config');
  } catch (error) {
    if (isAlidadeError(error, 'ALI_STORE_URL')) return undefined;
    throw error;
  }
}

/** Another version's lease, or somebody else's key of that name, tells nothing. */
function rulesOf(content: Uint8Array): RetentionRule[] {
  try {
    const { retention } = leaseContent.parse(JSON.parse(Buffer.from(content).toString()));
    return retention.map(({ keys, keepMs, keepLast }) => ({ keys, keepMs, keepLast }));
  } catch {
    return [];
  }
}
