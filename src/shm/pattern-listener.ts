import type { AlidadeError } from '../shared/errors.ts';
import { isAlidadeError } from '../shared/errors.ts';
import type { Space } from '../store/index.ts';
import type { Frame } from './frame.ts';
import type { Layout } from './layout.ts';
import { type Listener, type ListenerParts, openListener } from './listener.ts';
import { type FoundText, findFrames, readTexts, setFrame } from './reader.ts';

export interface PatternOptions {
  /** `current`: begins with the frames that are there. `now` (default): with the next one that is written. */
  readonly from?: 'current' | 'now' | undefined;
  /** Ends the listening: its iteration ends, and throws nothing. */
  readonly signal?: AbortSignal | undefined;
  /** Gets what is no frame, or not as described, and is left out; without this the iteration throws. */
  readonly onFault?: ((error: AlidadeError) => void) | undefined;
}

/** Listens to all frames whose names match a glob, those to come too, and gives each one that was written. */
export async function openPatternListener(
  space: Space,
  glob: string,
  described: ReadonlyMap<string, Layout>,
  options: PatternOptions & { readonly owners: ListenerParts<Frame>['owners'] },
): Promise<Listener<Frame>> {
  /** What was given last of each frame, or was there before. */
  const given = new Map<string, FoundText>();
  if (options.from !== 'current') {
    for (const { name, text } of await findFrames(space, glob)) given.set(name, text);
  }
  const news = async (name: string, text: () => Promise<FoundText>): Promise<Frame[]> => {
    try {
      const found = await text();
      if (found === undefined || found === given.get(name)) return [];
      given.set(name, found);
      return [setFrame(name, found, described.get(name))].filter((frame) => frame !== undefined);
    } catch (error) {
      const isTold = isAlidadeError(error, 'ALI_DECODE') || isAlidadeError(error, 'ALI_SHM_LAYOUT');
      if (options.onFault === undefined || !isTold) throw error;
      options.onFault(error);
      return [];
    }
  };
  const look = async (): Promise<Frame[]> => {
    const found: Frame[] = [];
    for (const { name, text } of await findFrames(space, glob))
      found.push(...(await news(name, async () => text)));
    return found;
  };
  const heard = (name: string) => news(name, async () => (await readTexts(space, [name]))[0]);
  const { signal, owners } = options;
  return openListener(space, { patterns: [glob] }, { look, heard, signal, owners });
}
