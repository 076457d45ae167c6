import { nearestName } from '../../shared/nearest-name.ts';
import { repr, type TelescopeState } from '../../telstate/index.ts';
import { soon } from '../soon.ts';

/** Names that a name is compared with at most, and how long is waited for them: a hint is not worth more. */
const maxNames = 20_000;
const patienceMs = 1000;

/** What to add to "'wind_sped' not found": the key that was most likely meant, or how to find it. */
export async function keyHint(state: TelescopeState, key: string): Promise<string> {
  const meant = await nearestKey(state, key).catch(() => undefined);
  return meant === undefined
    ? "; 'alidade state keys' lists what is there"
    : `; did you mean ${repr(meant)}?`;
}

/** Looked for among the keys that begin with one of the first two letters: most slips come later in a word. */
async function nearestKey(state: TelescopeState, key: string): Promise<string | undefined> {
  const first = [...new Set(key.slice(0, 2).toLowerCase() + key.slice(0, 2).toUpperCase())].join('');
  const glob = /^[\p{L}\d_]+$/u.test(first) && /^[\x20-\x7e]+$/.test(first) ? `[${first}]*` : '*';
  for (const prefix of state.prefixes) {
    const known = (await soon(state.keys(`${escaped(prefix)}${glob}`), patienceMs)) ?? [];
    const names = known.slice(0, maxNames).map((each) => each.slice(prefix.length));
    const nearest = nearestName(key, names);
    if (nearest !== undefined) return nearest;
  }
  return undefined;
}

function escaped(prefix: string): string {
  return prefix.replace(/[\\*?[\]^-]/g, '\\$&');
}
