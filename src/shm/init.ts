import { AlidadeError } from '../shared/errors.ts';
import type { Operation, Space, WriteOptions } from '../store/index.ts';
import { blankText, type Description, isFrameName } from './description.ts';
import { fifoKey } from './fifo.ts';
import { available } from './notice.ts';

export interface InitOptions extends WriteOptions {
  /** Also remove whatever else the space holds, as the reference does. On a Redis URL that names a database: all of it. */
  readonly flush?: boolean | undefined;
}

/**
 * Puts the described frames into the space with their blank values, empties their FIFOs, and sets the flag, for which
 * the applications wait; all in one atomic step, so that nobody sees a part of it. Nothing else is touched.
 *
 * @param flag the name of the key that is set to `OK`, see {@link flagNamed}; none is set without
 * @throws ALI_USAGE when there are no descriptions, or the flag is one of the frames
 */
export async function initFrames(
  space: Space,
  descriptions: readonly Description[],
  flag: string | undefined,
  { flush = false, ...options }: InitOptions,
): Promise<void> {
  if (descriptions.length === 0) throw new AlidadeError('ALI_USAGE', 'there are no frames to init');
  if (flag !== undefined) assertFlag(flag, descriptions);
  const blanks = descriptions.map((description): Operation => {
    return { do: 'set', key: description.name, value: Buffer.from(blankText(description)) };
  });
  const kept = new Set(descriptions.map(({ name }) => name));
  const others = flush ? (await space.keys()).map((key): Operation => ({ do: 'delete', key })) : [];
  const fifos = [...kept].map((name): Operation => ({ do: 'delete', key: fifoKey(name) }));
  const ready: Operation[] =
    flag === undefined
      ? []
      : [{ do: 'set', key: flag, value: Buffer.from('OK'), notice: { channel: flag, payload: available } }];
  await space.batch([], [...others, ...fifos, ...blanks, ...ready], options);
}

function assertFlag(flag: string, descriptions: readonly Description[]): void {
  if (!isFrameName(flag)) {
    throw new AlidadeError(
      'ALI_USAGE',
      `the name of a flag is a text without spaces, not ${JSON.stringify(flag)}`,
    );
  }
  if (descriptions.some(({ name }) => name === flag || fifoKey(name) === flag)) {
    throw new AlidadeError('ALI_USAGE', `${flag} is one of the frames; name the flag otherwise`);
  }
}
