import type { Endpoint } from '../endpoint.ts';
import { Lock } from './lock.ts';
import { RequestQueue } from './request-queue.ts';

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

/** Seats for a service and all that it has, by the names that requests come under. */
export function seatsFor(
  root: Endpoint,
  endpoints: readonly Endpoint[],
  queueLength: number,
): Map<string, Seat> {
  const seats = new Map<string, Seat>();
  const seat = (endpoint: Endpoint, children: readonly Seat[], isService: boolean): Seat => {
    const made = { endpoint, children, isService, lock: new Lock(), queue: new RequestQueue(queueLength) };
    seats.set(endpoint.name, made);
    return made;
  };
  const seatTree = (endpoint: Endpoint): Seat => seat(endpoint, endpoint.children.map(seatTree), false);
  seat(root, endpoints.map(seatTree), true);
  return seats;
}
