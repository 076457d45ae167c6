/** A word of a line of shell. */
export interface ShellWord {
  /** Without quotes and escapes. */
  readonly text: string;
  /** As it was typed. */
  readonly raw: string;
  /** The quote that was not closed, which only the last word can have. */
  readonly openQuote: '"' | "'" | undefined;
}

/**
 * The words of a line up to the cursor, as a shell reads them; nothing is expanded. The last one is the word under the
 * cursor: empty after a space.
 *
 * @example shellWords("get 'wind sp").at(-1)?.text // 'wind sp'
 */
export function shellWords(line: string): ShellWord[] {
  const words: ShellWord[] = [];
  let text = '';
  let start = 0;
  let quote: '"' | "'" | undefined;
  let i = 0;
  const end = () => {
    if (i > start) words.push({ text, raw: line.slice(start, i), openQuote: undefined });
    text = '';
    start = i + 1;
  };
  for (; i < line.length; i++) {
    const character = line[i] as string;
    if (quote === undefined && (character === ' ' || character === '\t')) end();
    else if (character === quote) quote = undefined;
    else if (quote === undefined && (character === '"' || character === "'")) quote = character;
    else if (character === '\\' && quote !== "'" && i + 1 < line.length) text += line[++i];
    else text += character;
  }
  words.push({ text, raw: line.slice(start), openQuote: quote });
  return words;
}

/** A text as one word of bash, without quotes around it. */
export function escapedWord(text: string): string {
  return text.replace(/[^\w@%+=:,./~^-]/gu, (character) =>
    /[^\p{ASCII}]/u.test(character) ? character : `\\${character}`,
  );
}
