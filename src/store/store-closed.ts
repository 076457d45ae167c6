import { AlidadeError } from '../shared/errors.ts';

/** For whatever is called on a store, or a space of it, that is closed. */
export function storeClosed(location: string): AlidadeError {
  return new AlidadeError('ALI_STORE_CLOSED', `the store ${location} is closed`);
}
