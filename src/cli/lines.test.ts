import { expect, test } from 'vitest';
import { type NumberedLine, readLines } from './lines.ts';

async function* chunks(...parts: readonly string[]) {
  for (const part of parts) yield Buffer.from(part, 'latin1');
}

async function linesOf(...parts: readonly string[]): Promise<NumberedLine[]> {
  const lines: NumberedLine[] = [];
  for await (const line of readLines(chunks(...parts))) lines.push(line);
  return lines;
}

test('lines have numbers and offsets, wherever the chunks end', async () => {
  const whole = [
    { text: 'one', number: 1, endOffset: 4, isWhole: true },
    { text: '', number: 2, endOffset: 5, isWhole: true },
    { text: 'two', number: 3, endOffset: 9, isWhole: true },
  ];
  expect(await linesOf('one\n\ntwo\n')).toEqual(whole);
  expect(await linesOf(...'one\n\ntwo\n')).toEqual(whole);
  expect(await linesOf('one\n\ntw', 'o')).toEqual([
    ...whole.slice(0, 2),
    { text: 'two', number: 3, endOffset: 8, isWhole: false },
  ]);
  expect(await linesOf()).toEqual([]);
});

test('a character in two chunks is one, and what is no UTF-8 is marked', async () => {
  expect(await linesOf('\xc3', '\xa4\n\xff\n')).toMatchObject([{ text: 'ä' }, { text: '\ufffd' }]);
});
