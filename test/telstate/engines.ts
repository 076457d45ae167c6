import { onEveryEngineOf, type Place } from '../support/engines.ts';

export type { Place };

/** Runs a suite of telescope state on every engine. Each place is empty. */
export function onEveryEngine(suite: (makePlace: () => Promise<Place>) => void): void {
  onEveryEngineOf('state', 'telescope state', suite);
}
