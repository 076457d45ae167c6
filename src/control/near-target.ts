import type { Bus } from '../bus/index.ts';
import { nearestName } from '../shared/nearest-name.ts';

/** Shorter beginnings of a name say too little. */
const leastLetters = 3;

/** The endpoint or service that was most likely meant, on a bus that tells who is there. */
export function nearTarget(target: string, bus: Bus): string | undefined {
  const names = (bus.queues() ?? [])
    .flatMap(({ bindings }) => bindings)
    .flatMap(({ exchange, key }) => (exchange === 'requests' ? (/^([^.*#]+)\.#$/.exec(key)?.[1] ?? []) : []));
  const near = nearestName(target, names);
  if (near !== undefined || target.length < leastLetters) return near;
  const begun = new Set(names.filter((name) => name.startsWith(target)));
  return begun.size === 1 ? [...begun][0] : undefined;
}
