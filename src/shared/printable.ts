/**
 * Text that may hold anything, made safe for a terminal: control characters, which could move the cursor or worse, are
 * shown as escapes, lone surrogates as the bytes they stand for. Line feeds and tabs stay when `multiline`.
 */
export function printable(text: string, multiline = false): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u{d800}-\u{dfff}]/gu, (character) => {
    if (multiline && (character === '\n' || character === '\t')) return character;
    const code = character.charCodeAt(0);
    if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}
