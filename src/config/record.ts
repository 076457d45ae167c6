import { keyText, type Space } from '../store/index.ts';
import type { Commit, FieldChange, FullCommit, HashChange } from './change.ts';
import { ConfigurationError } from './errors.ts';
import { compactText, type JsonNode, objectText, readStored } from './json.ts';
import { historyKey, partKey } from './layout.ts';
import { fieldsOfNode, wireText } from './state.ts';

/**
 * A commit as it is kept: an item of the list `history:<c>`, a JSON object. What it changed stands in it under
 * `changes`; above 8 KiB it stands in keys of its own, and `parts` says in how many: the list is read and counted often, and
 * its items are to be short.
 */
export interface CommitRecord extends FullCommit, Ordering {}

/** What the changes alone do not tell of the order and of the sections. */
export interface Ordering {
  /** Of hashes that were added: the place, where their name tells another one (a section without a final s). */
  readonly places?: ReadonlyMap<string, string> | undefined;
  /** All places in their order, where it is not the order before with what is new at its end. */
  readonly order?: readonly string[] | undefined;
  /** The same of the fields of hashes. */
  readonly fieldOrder?: ReadonlyMap<string, readonly string[]> | undefined;
}

const mostInItem = 8 * 1024;
const partLength = 1024 * 1024;

export interface EncodedCommit {
  readonly item: Uint8Array;
  readonly parts: readonly Uint8Array[];
}

export function encodeCommit(record: CommitRecord): EncodedCommit {
  const head: [string, string][] = [
    ['revision', String(record.revision)],
    ['timeSeconds', String(record.timeSeconds)],
    ['author', JSON.stringify(record.author)],
    ['message', JSON.stringify(record.message)],
    ['hashes', String(record.changes.length)],
  ];
  const pieces = [...piecesOf(record)];
  const length = pieces.reduce((sum, [, text]) => sum + text.length, 0);
  if (length <= mostInItem) return { item: bytes(objectText([...head, ...pieces])), parts: [] };
  return {
    item: bytes(objectText([...head, ['parts', String(pieces.length)]])),
    parts: pieces.map((piece) => bytes(objectText([piece]))),
  };
}

function* piecesOf({ changes, places, order, fieldOrder }: CommitRecord): Generator<[string, string]> {
  let texts: [string, string][] = [];
  let length = 0;
  for (const change of changes) {
    const text = changeText(change);
    texts.push([change.hash, text]);
    length += text.length + change.hash.length;
    if (length < partLength) continue;
    yield ['changes', objectText(texts)];
    texts = [];
    length = 0;
  }
  if (texts.length > 0) yield ['changes', objectText(texts)];
  if (places !== undefined) {
    yield ['places', objectText(Array.from(places, ([hash, place]) => [hash, JSON.stringify(place)]))];
  }
  if (order !== undefined) yield ['order', JSON.stringify(order)];
  if (fieldOrder !== undefined && fieldOrder.size > 0) {
    yield [
      'fieldOrder',
      objectText(Array.from(fieldOrder, ([hash, fields]) => [hash, JSON.stringify(fields)])),
    ];
  }
}

/** `before` is missing of a hash that was added, `after` of one that was removed. */
function changeText({ kind, fields }: HashChange): string {
  const side = (which: 'before' | 'after') =>
    objectText(
      fields.flatMap((field) => {
        const json = field[which];
        return json === undefined ? [] : [[field.field, json] as const];
      }),
    );
  const sides: [string, string][] = [];
  if (kind !== 'added') sides.push(['before', side('before')]);
  if (kind !== 'removed') sides.push(['after', side('after')]);
  return objectText(sides);
}

/** Without what it changed. */
export function commitOf({ configuration, revision, timeSeconds, author, message, hashes }: Commit): Commit {
  return { configuration, revision, timeSeconds, author, message, hashes };
}

/** What an item of the list says, without what stands in parts. */
export function decodeCommit(
  configuration: string,
  item: Uint8Array,
): CommitRecord & { readonly parts: number } {
  const node = readItem(configuration, item);
  const text = (name: string) => {
    const json = scalar(node, name);
    return json?.startsWith('"') ? (JSON.parse(json) as string) : (json ?? '');
  };
  const number = (name: string) => Number(scalar(node, name) ?? 0);
  return {
    configuration,
    revision: number('revision'),
    timeSeconds: number('timeSeconds'),
    author: text('author'),
    message: text('message'),
    hashes: number('hashes'),
    parts: number('parts'),
    ...bodyOf([node]),
  };
}

/** The whole commit; parts are read as they are needed. */
export async function wholeCommit(
  space: Space,
  configuration: string,
  item: Uint8Array,
): Promise<CommitRecord> {
  const { parts, ...record } = decodeCommit(configuration, item);
  if (parts === 0) return record;
  const nodes: JsonNode[] = [];
  for (let i = 0; i < parts; i++) {
    const key = partKey(configuration, record.revision, i);
    const part = await space.read({ read: 'value', key });
    if (part === undefined) {
      throw new ConfigurationError(
        `revision ${record.revision} of '${configuration}' cannot be read: '${key}' is missing`,
      );
    }
    nodes.push(readItem(configuration, part));
  }
  return { ...record, ...bodyOf(nodes) };
}

function readItem(configuration: string, item: Uint8Array): JsonNode {
  return readStored(keyText(item), historyKey(configuration));
}

function bodyOf(nodes: readonly JsonNode[]): Ordering & { readonly changes: readonly HashChange[] } {
  const changes: HashChange[] = [];
  const places = new Map<string, string>();
  const fieldOrder = new Map<string, string[]>();
  let order: string[] | undefined;
  for (const node of nodes) {
    for (const [hash, change] of membersOf(member(node, 'changes'))) changes.push(changeOf(hash, change));
    for (const [hash, fields] of membersOf(member(node, 'fieldOrder'))) fieldOrder.set(hash, textsOf(fields));
    const placed = member(node, 'places');
    if (placed !== undefined)
      for (const [hash, json] of fieldsOfNode(placed)) places.set(hash, wireText(json));
    const ordered = member(node, 'order');
    if (ordered !== undefined) order = textsOf(ordered);
  }
  return { changes, places, order, fieldOrder };
}

function changeOf(hash: string, node: JsonNode): HashChange {
  const before = member(node, 'before');
  const after = member(node, 'after');
  const old = before && fieldsOfNode(before);
  const fields: FieldChange[] = [];
  for (const [field, json] of after === undefined ? [] : fieldsOfNode(after)) {
    const was = old?.get(field);
    old?.delete(field);
    fields.push({ field, ...(was !== undefined && { before: was }), after: json });
  }
  for (const [field, json] of old ?? []) fields.push({ field, before: json });
  return { hash, kind: before === undefined ? 'added' : after === undefined ? 'removed' : 'changed', fields };
}

function member(node: JsonNode, name: string): JsonNode | undefined {
  return node.kind === 'object' ? node.members.get(name)?.node : undefined;
}

function* membersOf(node: JsonNode | undefined): Generator<[string, JsonNode]> {
  if (node?.kind === 'object') for (const [name, inner] of node.members) yield [name, inner.node];
}

function scalar(node: JsonNode, name: string): string | undefined {
  const found = member(node, name);
  return found?.kind === 'scalar' ? found.json : undefined;
}

function textsOf(node: JsonNode): string[] {
  const texts = JSON.parse(compactText(node)) as unknown;
  return Array.isArray(texts) ? texts.map(String) : [];
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}
