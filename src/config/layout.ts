/**
 * Where a configuration stands in the store. The sets and hashes are the layout that old clients know; what we keep
 * beside them is all under `history:`. docs/reference/configuration.md says the same in words.
 */

/** The set of the names of all configurations; also the channel that tells of new and removed ones. */
export const configurationsKey = 'configurations';

/** The set of the names of a configuration's hashes; also the channel that tells of new and removed ones. */
export function membersKey(configuration: string): string {
  return `configuration:${configuration}`;
}

/** The list of commits, one item a revision. */
export function historyKey(configuration: string): string {
  return `history:${configuration}`;
}

/** A part of a commit that is too long for an item; parts are counted from 0. */
export function partKey(configuration: string, revision: number, part: number): string {
  return `history:${configuration}:${revision}.${part}`;
}

/** The hash of what the newest commit left: name of a hash, and its fields as a JSON object. */
export function headKey(configuration: string): string {
  return `history:${configuration}:head`;
}

/** The list of entries in the order in which they stand in the file. */
export function orderKey(configuration: string): string {
  return `history:${configuration}:order`;
}

/** Which revision was sent on the configuration's own channel last, and when. */
export function sentKey(configuration: string): string {
  return `history:${configuration}:sent`;
}

/** What a hash is in the file: a section, or an item of a section. As text: `user`, `sources:motor1`. */
export interface Place {
  readonly section: string;
  readonly item?: string;
}

export function placeText({ section, item }: Place): string {
  return item === undefined ? section : `${section}:${item}`;
}

export function placeOfText(text: string): Place {
  const colon = text.indexOf(':');
  return colon < 0 ? { section: text } : { section: text.slice(0, colon), item: text.slice(colon + 1) };
}

/** `source:instrument1:motor2`, `user:instrument1`. */
export function hashName(configuration: string, { section, item }: Place): string {
  return item === undefined ? `${section}:${configuration}` : `${singular(section)}:${configuration}:${item}`;
}

/** The configuration of a hash, and its place by the rule of the names; undefined for a name of another form. */
export function partsOfName(hash: string): { configuration: string; place: Place } | undefined {
  const match = /^([^:]+):([^:]+)(?::(.+))?$/s.exec(hash);
  if (match === null) return undefined;
  const [, prefix = '', configuration = '', item] = match;
  if (prefix === 'configuration' || prefix === 'history') return undefined;
  return {
    configuration,
    place: item === undefined ? { section: prefix } : { section: `${prefix}s`, item },
  };
}

/** The place of a hash by the rule of the names alone. */
export function placeByName(hash: string): Place {
  return partsOfName(hash)?.place ?? { section: hash };
}

/** `sources` and `source` both become `source`. */
export function singular(section: string): string {
  return section.length > 1 && section.endsWith('s') ? section.slice(0, -1) : section;
}

export type NameOf = 'configuration' | 'section' | 'source' | 'field';

/** Why a name cannot be used, as the end of a sentence; undefined where it can. */
export function faultOfName(what: NameOf, name: string): string | undefined {
  if (name === '') return `the name of a ${what} is empty`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(name)) {
    return `the name of the ${what} ${JSON.stringify(name)} holds a control character`;
  }
  if (!name.isWellFormed()) return `the name of the ${what} ${JSON.stringify(name)} is not Unicode text`;
  if (Buffer.byteLength(name) > maxNameBytes) {
    return `the name of a ${what} has ${Buffer.byteLength(name)} bytes; it may have ${maxNameBytes}`;
  }
  if (what !== 'configuration' && what !== 'section') return undefined;
  if (name.includes(':'))
    return `the name of the ${what} ${JSON.stringify(name)} holds a colon, which separates the parts of a key`;
  const reserved = what === 'configuration' ? [configurationsKey] : reservedSections;
  return reserved.includes(name)
    ? `${JSON.stringify(name)} cannot name a ${what}: the database uses it itself`
    : undefined;
}

const maxNameBytes = 1024;
const reservedSections = ['configuration', 'configurations', 'history', 'historys'];
