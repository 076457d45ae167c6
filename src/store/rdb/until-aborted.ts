import { AlidadeError } from '../../shared/errors.ts';

/**
 * The result of a step of writing, or ALI_ABORTED as soon as the signal says so; the step itself goes on then, unheard.
 */
export async function untilAborted<T>(
  step: Promise<T>,
  signal: AbortSignal | undefined,
  filename: string,
): Promise<T> {
  if (signal === undefined) return step;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () =>
    reject(new AlidadeError('ALI_ABORTED', `writing ${filename} was given up`, { cause: signal.reason }));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([aborted, step]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
