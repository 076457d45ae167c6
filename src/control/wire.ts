import type { Bus } from '../bus/index.ts';
import { AlidadeError } from '../shared/errors.ts';
import type { Dialect } from './message.ts';

/** Whether only Alidade is on this bus, so that every dialect is understood and none does harm. */
export function isOwnBus(bus: Bus): boolean {
  return bus.location.startsWith('local:');
}

/**
 * The dialect that somebody speaks unasked: what he was told, or v3 where only Alidade listens.
 *
 * @throws ALI_USAGE on a broker, where it has to be told
 */
export function wireOf(bus: Bus, told: Dialect | undefined, who: string): Dialect {
  if (told !== undefined) return told;
  if (isOwnBus(bus)) return 'v3';
  throw new AlidadeError(
    'ALI_USAGE',
    `${who} was not told which dialect of dripline to speak on ${bus.location}: give --wire v1, v2 or v3 (wire: in instrument.yaml); v3 is today's, and its messages end services of v1 and v2`,
  );
}
