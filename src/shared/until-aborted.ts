import { AlidadeError } from './errors.ts';

/**
 * What a step gives, or ALI_ABORTED as soon as the signal says so; the step itself goes on then, unheard. After that it is
 * not begun.
 *
 * @param what is given up, for the message
 */
export async function untilAborted<T>(
  step: () => T | PromiseLike<T>,
  signal: AbortSignal | undefined,
  what: string,
): Promise<T> {
  if (signal === undefined) return step();
  const givenUp = () => new AlidadeError('ALI_ABORTED', `${what} was given up`, { cause: signal.reason });
  if (signal.aborted) throw givenUp();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(givenUp());
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([aborted, step()]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
