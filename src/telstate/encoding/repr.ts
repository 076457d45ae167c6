/** Python's way to write a value, for messages: `'abc'`, `b'\xff'`, `1.0`, `(1, 2)`; at most `maxLength` characters. */
export function repr(value: unknown, maxLength = 200): string {
  return String(value).slice(0, maxLength);
}
