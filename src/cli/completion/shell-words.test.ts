import { expect, test } from 'vitest';
import { escapedWord, shellWords } from './shell-words.ts';

const texts = (line: string) => shellWords(line).map(({ text }) => text);

test.each([
  ['a b', ['a', 'b']],
  ['  a\t b ', ['a', 'b', '']],
  ['', ['']],
  ["a 'b c' d", ['a', 'b c', 'd']],
  ["a 'b c", ['a', 'b c']],
  ['a "b \\" c" "it\'s', ['a', 'b " c', "it's"]],
  ["a 'b\\' c", ['a', 'b\\', 'c']],
  ['a b\\ c\\', ['a', 'b c\\']],
  ['--x="1 2"y ""', ['--x=1 2y', '']],
])('the words of %j are those of a shell', (line, expected) => {
  expect(texts(line)).toEqual(expected);
});

test('of the last word it is known how it was typed', () => {
  expect(shellWords("a b\\ 'c d").at(-1)).toEqual({ text: 'b c d', raw: "b\\ 'c d", openQuote: "'" });
});

test('an escaped word is read back as it was', () => {
  for (const text of ['plain_key-1.2', 'two words', `it's "$(rm)" *?[]{};&|<>()#!~\\`, 'ä°µ', 'a:b=c']) {
    expect(texts(`x ${escapedWord(text)}`)).toEqual(['x', text]);
  }
});
