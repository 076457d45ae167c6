import { setOwn } from './item.ts';
import type { PlainObject, Value } from './value.ts';

/**
 * JavaScript moves keys such as "7" to the front of an object. So that JSON keeps the order of its keys, every key of a
 * text that has one of these is read with this before it, and taken off again.
 */
const mark = '.';
const mayHaveIndex = /"[\d\\][^"]{0,60}"\s*:/;
const texts = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g;

/** Whether a text may have a key that JavaScript would move. */
export function mayReorder(text: string): boolean {
  return mayHaveIndex.test(text);
}

/** The same JSON with a mark before every key. On text that is not JSON this may take long. */
export function markKeys(text: string): string {
  return text.replace(texts, (found, colon: string | undefined) =>
    colon === undefined ? found : `"${mark}${found.slice(1)}`,
  );
}

/** An object without the marks of its keys: a Map where a plain object would change their order. */
export function unmarkKeys(marked: Readonly<Record<string, Value>>): PlainObject | Map<string, Value> {
  const entries = Object.entries(marked).map(([key, value]) => [key.slice(mark.length), value] as const);
  const record: PlainObject = {};
  for (const [key, value] of entries) setOwn(record, key, value);
  const isInOrder = Object.keys(record).every((key, i) => key === entries[i]?.[0]);
  return isInOrder ? record : new Map(entries);
}
