import type { Space } from '../../src/store/index.ts';
import { byField, type Content, hexOf, valueText } from './snapshot-fixtures.ts';

/** Everything that a space holds. */
export async function contentsOf(space: Space): Promise<Map<string, Content>> {
  const contents = new Map<string, Content>();
  for (const key of await space.keys()) {
    const content = await contentOf(space, key);
    if (content !== undefined) contents.set(hexOf(key), content);
  }
  return contents;
}

async function contentOf(space: Space, key: Uint8Array): Promise<Content | undefined> {
  const kind = await space.read({ read: 'kind', key });
  switch (kind) {
    case 'value':
      return { kind, value: valueText((await space.read({ read: 'value', key })) ?? new Uint8Array(0)) };
    case 'hash': {
      const fields = await space.read({ read: 'fields', key });
      return { kind, fields: fields.map(([f, v]) => [hexOf(f), hexOf(v)] as const).toSorted(byField) };
    }
    case 'series':
      return { kind, elements: (await space.read({ read: 'range', key })).map(hexOf) };
    case 'set':
      return { kind, elements: (await space.read({ read: 'members', key })).map(hexOf) };
    case 'list':
      return { kind, elements: (await space.read({ read: 'items', key })).map(hexOf) };
    default:
      return undefined;
  }
}
