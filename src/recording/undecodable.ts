import { AlidadeError } from '../shared/errors.ts';

export function undecodable(reason: string): AlidadeError {
  return new AlidadeError('ALI_DECODE', reason);
}
