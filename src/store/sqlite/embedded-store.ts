import { AlidadeError } from '../../shared/errors.ts';
import {
  type BatchResult,
  type Outcome,
  type Space,
  type SpaceName,
  type Store,
  spaceNames,
} from '../store.ts';
import { storeClosed } from '../store-closed.ts';

export interface EmbeddedSpace extends Space {
  close(): Promise<void>;
}

/** A store whose spaces are opened at their first use, each once. */
export class EmbeddedStore implements Store {
  readonly location: string;
  #open: (name: SpaceName) => EmbeddedSpace;
  #spaces = new Map<SpaceName, EmbeddedSpace>();
  #closed: Promise<void> | undefined;

  constructor(location: string, open: (name: SpaceName) => EmbeddedSpace) {
    this.location = location;
    this.#open = open;
  }

  async space(name: SpaceName): Promise<Space> {
    if (this.#closed !== undefined) throw storeClosed(this.location);
    if (!spaceNames.includes(name)) {
      const known = spaceNames.join(', ');
      throw new AlidadeError('ALI_NO_SUCH_SPACE', `no space is called '${name}'; there are ${known}`);
    }
    const known = this.#spaces.get(name);
    if (known !== undefined) return known;
    const space = this.#open(name);
    this.#spaces.set(name, space);
    return space;
  }

  close(): Promise<void> {
    const closeAll = async () => {
      await Promise.all([...this.#spaces.values()].map((space) => space.close()));
    };
    this.#closed ??= closeAll();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** What a batch of one operation and no condition did. */
export function onlyOutcome(result: BatchResult): Outcome {
  if (!result.applied) throw new Error('a batch without conditions is always applied');
  return result.outcomes[0] as Outcome;
}
