import type { RecordingStatus } from '../../recording/index.ts';
import { AlidadeError } from '../../shared/errors.ts';

/** What a command ends with whose recording ended before its time. */
export function endedEarly(file: string, { ending, problem }: Pick<RecordingStatus, 'ending' | 'problem'>) {
  const code = ending === 'source failed' ? 'ALI_INTERNAL' : 'ALI_FILE_FAILED';
  return new AlidadeError(code, `${file} ended before its time: ${problem}`);
}
