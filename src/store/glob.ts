/**
 * A compiled glob with the meaning of Redis's KEYS and PSUBSCRIBE: `*`, `?`, `[abc]`, `[a-z]`, `[^a]`, and `\` before
 * a special character, over bytes. An unclosed class runs to the end of the pattern, as in Redis.
 */
export interface Glob {
  matches(bytes: Uint8Array): boolean;
  /** Bytes with which every match begins: a range to search instead of everything. */
  readonly prefix: Uint8Array;
}

type Token =
  | { kind: 'byte'; byte: number }
  | { kind: 'any' }
  | { kind: 'star' }
  | { kind: 'class'; set: Uint8Array };

/** @example compileGlob(keyBytes('m0??_pos*')).matches(keyBytes('m062_pos_az')) // true */
export function compileGlob(pattern: Uint8Array): Glob {
  const tokens = tokenize(pattern);
  const star = tokens.findIndex((token) => token.kind !== 'byte');
  const literal = star < 0 ? tokens : tokens.slice(0, star);
  const prefix = Uint8Array.from(literal, (token) => (token as { byte: number }).byte);
  return { prefix, matches: (bytes) => matches(tokens, bytes) };
}

function tokenize(pattern: Uint8Array): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const byte = pattern[i] as number;
    if (byte === 0x2a) {
      if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' });
    } else if (byte === 0x3f) tokens.push({ kind: 'any' });
    else if (byte === 0x5b) {
      const { set, next } = readClass(pattern, i + 1);
      tokens.push({ kind: 'class', set });
      i = next;
    } else if (byte === 0x5c && i + 1 < pattern.length) {
      i++;
      tokens.push({ kind: 'byte', byte: pattern[i] as number });
    } else tokens.push({ kind: 'byte', byte });
  }
  return tokens;
}

/** Reads a class from after its `[`; `next` is the index of its `]`, or the last index where there is none. */
function readClass(pattern: Uint8Array, start: number): { set: Uint8Array; next: number } {
  const set = new Uint8Array(256);
  let i = start;
  const negated = pattern[i] === 0x5e;
  if (negated) i++;
  for (; i < pattern.length && pattern[i] !== 0x5d; i++) {
    let from = pattern[i] as number;
    if (from === 0x5c && i + 1 < pattern.length) {
      i++;
      set[pattern[i] as number] = 1;
    } else if (pattern[i + 1] === 0x2d && i + 2 < pattern.length) {
      let to = pattern[i + 2] as number;
      if (from > to) [from, to] = [to, from];
      set.fill(1, from, to + 1);
      i += 2;
    } else set[from] = 1;
  }
  return { set: negated ? set.map((member) => 1 - member) : set, next: Math.min(i, pattern.length - 1) };
}

/** Linear in practice: on a mismatch only the last star is tried again, which is enough for globs. */
function matches(tokens: readonly Token[], bytes: Uint8Array): boolean {
  let t = 0;
  let b = 0;
  let starToken = -1;
  let starByte = 0;
  while (b < bytes.length) {
    const token = tokens[t];
    if (token?.kind === 'star') {
      starToken = t++;
      starByte = b;
    } else if (token !== undefined && matchesOne(token, bytes[b] as number)) {
      t++;
      b++;
    } else if (starToken >= 0) {
      t = starToken + 1;
      b = ++starByte;
    } else return false;
  }
  while (tokens[t]?.kind === 'star') t++;
  return t === tokens.length;
}

function matchesOne(token: Token, byte: number): boolean {
  if (token.kind === 'byte') return token.byte === byte;
  return token.kind === 'any' || (token.kind === 'class' && token.set[byte] === 1);
}
