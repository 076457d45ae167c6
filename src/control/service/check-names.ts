import { AlidadeError } from '../../shared/errors.ts';
import type { Endpoint } from '../endpoint.ts';

/** Messages are routed by words with dots between them, and patterns have `*` and `#`. */
const routable = /^[^.*#\s]{1,200}$/;

/**
 * @throws ALI_CONFIGURATION when a name cannot be routed by, or comes twice
 */
export function checkNames(service: string, endpoints: readonly Endpoint[], broadcastKey: string): void {
  const seen = new Map([
    [service, 'the service'],
    [broadcastKey, 'what broadcasts go to'],
  ]);
  if (service === broadcastKey) throw taken(service, 'what broadcasts go to');
  checkName(service, 'the name of a service');
  const check = (endpoint: Endpoint) => {
    checkName(endpoint.name, 'the name of an endpoint');
    const other = seen.get(endpoint.name);
    if (other !== undefined) throw taken(endpoint.name, other);
    seen.set(endpoint.name, 'another endpoint');
    endpoint.children.forEach(check);
  };
  endpoints.forEach(check);
}

function checkName(name: string, what: string): void {
  if (routable.test(name)) return;
  throw new AlidadeError(
    'ALI_CONFIGURATION',
    `${JSON.stringify(name)} cannot be ${what}: it is a word of the routing key, without dots, spaces, * and #`,
  );
}

function taken(name: string, other: string): AlidadeError {
  return new AlidadeError(
    'ALI_CONFIGURATION',
    `two of the service are called '${name}': this endpoint and ${other}; names are unique on the whole bus`,
  );
}
