/** In every Node.js that we run on, and not in the types of TypeScript. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** A value as JSON in one line, bigints with all their digits. Numbers that JSON has not are written as null. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_key, item) => (typeof item === 'bigint' ? rawJSON(String(item)) : item));
}
