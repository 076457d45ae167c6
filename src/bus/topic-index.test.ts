import { expect, test } from 'vitest';
import { TopicIndex } from './topic-index.ts';

/** What AMQP 0-9-1 says of topic exchanges, as a plain recursion. */
function matches(pattern: readonly string[], key: readonly string[]): boolean {
  const [word, ...rest] = pattern;
  if (word === undefined) return key.length === 0;
  if (word === '#') return matches(rest, key) || (key.length > 0 && matches(pattern, key.slice(1)));
  return key.length > 0 && (word === '*' || word === key[0]) && matches(rest, key.slice(1));
}

function every(words: readonly string[], maxLength: number): string[] {
  if (maxLength === 0) return [];
  const shorter = every(words, maxLength - 1);
  const longest = shorter.filter((text) => text.split('.').length === maxLength - 1);
  return [
    ...shorter,
    ...(maxLength === 1 ? words : longest.flatMap((text) => words.map((word) => `${text}.${word}`))),
  ];
}

const indexOfTexts = () => new TopicIndex((targets: readonly string[]) => targets);

test('every pattern of up to four words matches the keys that it should', () => {
  const patterns = every(['a', 'b', '*', '#'], 4);
  const index = indexOfTexts();
  for (const pattern of patterns) index.add(pattern, pattern);
  for (const key of every(['a', 'b', ''], 4)) {
    const expected = patterns.filter((pattern) => matches(pattern.split('.'), key.split('.')));
    expect(index.match(key).toSorted()).toEqual(expected.toSorted());
  }
});

test('who wants a key twice has it once', () => {
  const index = indexOfTexts();
  index.add('peaches.#', 'store');
  index.add('#', 'store');
  expect(index.match('peaches.calibration')).toEqual(['store']);
});

test('a pattern that was taken away matches no more, and others stay', () => {
  const index = indexOfTexts();
  index.add('a.#', 'one');
  index.add('a.#', 'two');
  index.add('a.b', 'one');
  expect(index.match('a.b').toSorted()).toEqual(['one', 'two']);
  index.delete('a.#', 'one');
  index.delete('a.never', 'one');
  expect(index.match('a.c')).toEqual(['two']);
  expect(index.match('a.b').toSorted()).toEqual(['one', 'two']);
});

test('a pattern of many # costs no more than its words', () => {
  const index = indexOfTexts();
  index.add(`${'#.a.'.repeat(60)}b`, 'hostile');
  const key = `${'a.'.repeat(126)}c`;
  expect(index.match(key)).toEqual([]);
});
