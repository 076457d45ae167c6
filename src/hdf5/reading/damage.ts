import { AlidadeError } from '../../shared/errors.ts';

export function damaged(message: string): AlidadeError {
  return new AlidadeError('ALI_HDF5_DAMAGED', message);
}
