import { randomUUID } from 'node:crypto';
import type { Clock } from '../../shared/clock.ts';
import type { Voice } from './voice.ts';

export interface HeartbeatOptions {
  readonly clock: Clock;
  readonly voice: Voice;
  readonly intervalMs: number;
  /** Of the service. */
  readonly name: string;
  readonly runId: string;
  /** The first word of the routing key. */
  readonly key: string;
}

/**
 * Says at each interval, the first time after one, that the service lives. The correlation id is the same in all of
 * a run, as the reference has it.
 *
 * @returns the function that ends it
 */
export function startHeartbeat({ clock, voice, intervalMs, name, runId, key }: HeartbeatOptions): () => void {
  const correlationId = randomUUID();
  let cancel: () => void;
  const wait = () => {
    cancel = clock.after(intervalMs, () => {
      wait();
      void voice.alert({ routingKey: `${key}.${name}`, payload: { id: runId, name } }, correlationId);
    });
  };
  wait();
  return () => cancel();
}
