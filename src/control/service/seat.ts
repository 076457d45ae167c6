import type { Endpoint } from '../endpoint.ts';
import { Lock } from './lock.ts';
import { RequestQueue, type RequestQueueOptions } from './request-queue.ts';

/** The place of an endpoint in a running service. */
export interface Seat {
  readonly endpoint: Endpoint;
  readonly lock: Lock;
  readonly queue: RequestQueue;
  /** Those that its endpoint groups; of the service itself, all. */
  readonly children: readonly Seat[];
  /** Whether it stands for the service itself, which also answers broadcasts. */
  readonly isService: boolean;
}

/** Seats for a service and all that it has, by name. What groups others comes before them, and so starts before them. */
export function seatsFor(
  root: Endpoint,
  endpoints: readonly Endpoint[],
  queue: RequestQueueOptions,
): ReadonlyMap<string, Seat> {
  const seats = new Map<string, Seat>();
  const seat = (endpoint: Endpoint, below: readonly Endpoint[], isService: boolean): Seat => {
    const children: Seat[] = [];
    const made = { endpoint, children, isService, lock: new Lock(), queue: new RequestQueue(queue) };
    seats.set(endpoint.name, made);
    for (const child of below) children.push(seat(child, child.children, false));
    return made;
  };
  seat(root, endpoints, true);
  return seats;
}
