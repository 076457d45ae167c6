import type { ConfigurationDatabase } from '../../config/index.ts';
import { nearestName } from '../../shared/nearest-name.ts';
import type { Space } from '../../store/index.ts';
import { keyText } from '../../store/index.ts';
import { soon } from '../soon.ts';

/** The configuration that a verb is about, and the hash or set. */
export interface About {
  readonly hash?: string | undefined;
  readonly configuration?: string | undefined;
}

/** Names that a name is compared with at most, and how long is waited for them: a hint is not worth more. */
const maxNames = 20_000;
const patienceMs = 1000;

/**
 * What to add to the message about a name that is not there: the name that was most likely meant, or how to find it, if
 * the message does not say it. Undefined where the name is there.
 */
export async function nameHint(
  database: ConfigurationDatabase,
  space: Space,
  { hash, configuration }: About,
): Promise<string | undefined> {
  const known = (await soon(database.configurations(), patienceMs)) ?? [];
  // Such a message lists those that there are.
  const hint = configuration === undefined ? undefined : hintOf(configuration, known, '');
  if (hint !== undefined || hash === undefined) return hint;
  if (known.includes(hash))
    return `; it is a configuration: fetch it, or listen with --configuration ${hash}`;
  // Most slips come later in a word.
  const keys = (await soon(space.keys(globFor(hash)), patienceMs)) ?? [];
  return hintOf(hash, keys.slice(0, maxNames).map(keyText), "; 'alidade config dump' lists what is there");
}

function hintOf(name: string, known: readonly string[], otherwise: string): string | undefined {
  if (known.includes(name)) return undefined;
  const nearest = nearestName(name, known);
  return nearest === undefined ? otherwise : `; did you mean ${nearest}?`;
}

function globFor(name: string): string {
  const [first = ''] = name;
  return /[a-z\d]/i.test(first) ? `[${first.toLowerCase()}${first.toUpperCase()}]*` : '*';
}
