import {
  compactText,
  errorAt,
  type JsonMember,
  type JsonNode,
  type JsonObjectNode,
  readJson,
} from './json.ts';
import { faultOfName, hashName, type NameOf, type Place, placeText } from './layout.ts';
import type { Fields, HashState, State } from './state.ts';

/**
 * Reads the file of the populate verb: an object of configurations, each an object of sections, each an object of values or of
 * objects of values.
 *
 * A section whose members are all objects, `sources` in any case, has a hash for each of them; any other section is one
 * hash, in which an object is kept as its JSON text.
 *
 * @throws ConfigurationError with line and column
 */
export function readDocument(text: string, name: string): Map<string, State> {
  return new DocumentReader(text, name).read();
}

class DocumentReader {
  readonly #text: string;
  readonly #name: string;

  constructor(text: string, name: string) {
    this.#text = text;
    this.#name = name;
  }

  read(): Map<string, State> {
    const root = readJson(this.#text, this.#name);
    const configurations = this.#objectOf(root, 'the file');
    const states = new Map<string, State>();
    for (const [configuration, member] of configurations.members) {
      this.#checkName('configuration', configuration, member);
      states.set(configuration, this.#configuration(configuration, member));
    }
    return states;
  }

  #configuration(configuration: string, { node }: JsonMember): State {
    const state = new Map<string, HashState>();
    const sectionOf = new Map<string, string>();
    for (const [section, member] of this.#objectOf(node, `configuration '${configuration}'`).members) {
      this.#checkName('section', section, member);
      for (const [place, fields] of this.#section(section, member)) {
        const hash = hashName(configuration, place);
        const other = sectionOf.get(hash);
        if (other !== undefined) {
          throw this.#error(
            member,
            `sections '${other}' and '${section}' would both be kept in the key '${hash}'`,
          );
        }
        sectionOf.set(hash, section);
        state.set(hash, { place, fields });
      }
    }
    return state;
  }

  *#section(section: string, { node }: JsonMember): Generator<[Place, Fields]> {
    const { members } = this.#objectOf(node, `section '${section}'`);
    const hasItems =
      members.size > 0 &&
      (section === 'sources' || [...members.values()].every((member) => member.node.kind === 'object'));
    if (!hasItems) {
      yield [{ section }, this.#fields(members)];
      return;
    }
    for (const [item, member] of members) {
      this.#checkName('source', item, member);
      const place = { section, item };
      yield [place, this.#fields(this.#objectOf(member.node, `'${placeText(place)}'`).members)];
    }
  }

  #fields(members: ReadonlyMap<string, JsonMember>): Fields {
    const fields = new Map<string, string>();
    for (const [field, member] of members) {
      this.#checkName('field', field, member);
      fields.set(field, compactText(member.node));
    }
    return fields;
  }

  #objectOf(node: JsonNode, what: string): JsonObjectNode {
    if (node.kind === 'object') return node;
    const found = node.kind === 'array' ? 'a list' : node.json.length > 40 ? 'a long text' : node.json;
    throw errorAt(this.#text, this.#name, node.offset, `${what} is an object in JSON, not ${found}`);
  }

  #checkName(what: NameOf, name: string, member: JsonMember): void {
    const fault = faultOfName(what, name);
    if (fault !== undefined) throw this.#error(member, fault);
  }

  #error({ offset }: JsonMember, message: string) {
    return errorAt(this.#text, this.#name, offset, message);
  }
}
