import { keyBytes } from '../store/index.ts';
import type { JsonText } from './change.ts';
import { compactText, type JsonNode, objectText, readStored } from './json.ts';
import type { Place } from './layout.ts';

/** Fields in their order, with their values as JSON text. */
export type Fields = ReadonlyMap<string, JsonText>;

export interface HashState {
  readonly place: Place;
  readonly fields: Fields;
}

/** A configuration at one moment: its hashes by name, in the order of the file. Read only, and shared freely. */
export type State = ReadonlyMap<string, HashState>;

/** What a Redis client reads: of text the text itself, of anything else its JSON text. */
export function wireText(json: JsonText): string {
  return json.startsWith('"') ? (JSON.parse(json) as string) : json;
}

/** As bytes; a lone surrogate stands for the foreign byte that it was read from. */
export function wireBytes(json: JsonText): Uint8Array {
  const text = wireText(json);
  if (text.isWellFormed()) return Buffer.from(text);
  return Buffer.concat(Array.from(text, (char) => keyBytes(char)));
}

export function fieldsText(fields: Fields): JsonText {
  return objectText(fields);
}

/** @throws ConfigurationError when it is not the text of an object */
export function fieldsOfText(text: string, name: string): Map<string, JsonText> {
  return fieldsOfNode(readStored(text, name));
}

export function fieldsOfNode(node: JsonNode): Map<string, JsonText> {
  const fields = new Map<string, JsonText>();
  if (node.kind !== 'object') return fields;
  for (const [name, member] of node.members) fields.set(name, compactText(member.node));
  return fields;
}

/** The state in the form of the file: sections, each with its fields or with its items. */
export function sectionsOf(state: State): Map<string, Map<string, JsonText | Fields>> {
  const sections = new Map<string, Map<string, JsonText | Fields>>();
  for (const { place, fields } of state.values()) {
    const section = sections.get(place.section) ?? new Map<string, JsonText | Fields>();
    sections.set(place.section, section);
    if (place.item !== undefined) section.set(place.item, fields);
    else for (const [field, json] of fields) section.set(field, json);
  }
  return sections;
}

/** The state as the shortest JSON text. */
export function stateText(state: State): JsonText {
  return objectText(
    Array.from(sectionsOf(state), ([section, content]) => [
      section,
      objectText(
        Array.from(content, ([name, value]) => [name, typeof value === 'string' ? value : objectText(value)]),
      ),
    ]),
  );
}
