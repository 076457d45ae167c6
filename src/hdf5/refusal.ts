import { AlidadeError } from '../shared/errors.ts';

export function refusal(message: string): AlidadeError {
  return new AlidadeError('ALI_HDF5_REFUSED', message);
}
