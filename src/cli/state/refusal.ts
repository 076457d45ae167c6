import { AlidadeError } from '../../shared/errors.ts';
import { type KeyType, repr, type TelescopeState } from '../../telstate/index.ts';
import type { Access } from './open.ts';

/** The key that a verb is about. */
export interface About {
  readonly key: string;
  /** The type of key that the verb is for; left out where any will do. */
  readonly type?: KeyType;
}

const nouns: Record<KeyType, string> = {
  attribute: 'an attribute',
  sensor: 'a sensor',
  indexed: 'an indexed key',
};

/** What to do instead with a key of another type. */
const remedies: Record<'read' | 'write', Record<KeyType, string>> = {
  read: {
    attribute: "'get' prints its value",
    sensor: "'get' prints its newest value, 'range' its samples",
    indexed: "'index get' prints its sub-keys",
  },
  write: {
    attribute: 'it keeps its value; use another key, or delete it first',
    sensor: "add samples with 'add', or delete it first",
    indexed: "set its sub-keys with 'index set', or delete it first",
  },
};

/**
 * What the library refused, in the words of the command line: what the key is, and which verb it is for.
 *
 * @throws ALI_WRONG_KIND when it is no key of telescope state at all
 */
export async function refusalOf(
  error: AlidadeError,
  state: TelescopeState,
  { key, type }: About,
  access: Access,
): Promise<AlidadeError> {
  const found = await state.keyType(key);
  const message =
    found === undefined || type === undefined || found === type
      ? changeRefused(error.message)
      : `${repr(key)} is ${nouns[found]}: ${remedies[access === 'read' ? 'read' : 'write'][found]}`;
  return new AlidadeError(error.code, message, { cause: error });
}

function changeRefused(message: string): string {
  const change = /^Attempt to change value of immutable key (.*)$/s.exec(message)?.[1];
  return change === undefined
    ? message
    : `cannot change ${change}: what is set once keeps its value; use another key, or delete it first`;
}
