/** Flags of the reference that no parser of one-letter flags reads. */
const longFlags: Readonly<Record<string, string>> = { '-po': '--payload-only' };

/** The words of a command line, with flags of two letters as the long ones that they stand for. */
export function withLongFlags(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  return words.map((word, i) =>
    (end < 0 || i < end) && Object.hasOwn(longFlags, word) ? (longFlags[word] ?? word) : word,
  );
}
