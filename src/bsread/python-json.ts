import type { Json, JsonObject } from './json.ts';

/**
 * JSON as Python's `json.dumps` writes it: `", "` and `": "` between, and only ASCII. Keys that are undefined are left
 * out; a number that JSON has not is `NaN` or `Infinity`, which Python reads.
 */
export function pythonJson(value: Json): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  const members = Object.entries(value as JsonObject).flatMap(([key, member]) =>
    member === undefined ? [] : [`${quoted(key)}: ${pythonJson(member)}`],
  );
  return `{${members.join(', ')}}`;
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
