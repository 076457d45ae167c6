import type { BusQueue } from '../../bus/index.ts';

/** Endpoints by the service that has them; those of which it is not known under ''. */
export type Found = Map<string, Set<string>>;

/** What the bindings of the queues say; monitors have none of a name. */
export function servicesIn(queues: readonly BusQueue[]): Found {
  const found: Found = new Map();
  for (const { queue, bindings } of queues) {
    const names = bindings.flatMap(({ exchange, key }) =>
      exchange === 'requests' && /^[^.*#]+\.#$/.test(key) ? [key.slice(0, -2)] : [],
    );
    if (names.length === 0) continue;
    const isService = names.includes('broadcast') || names.some((name) => name !== queue);
    const endpoints = names.filter((name) => name !== queue && name !== 'broadcast');
    if (isService) found.set(queue, new Set(endpoints));
    else found.set('', (found.get('') ?? new Set()).add(queue));
  }
  return found;
}
