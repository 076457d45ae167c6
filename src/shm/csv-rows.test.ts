import { expect, test } from 'vitest';
import { csvRows } from './csv-rows.ts';

async function rows(text: string, pieceLength = text.length): Promise<readonly (readonly string[])[]> {
  async function* pieces(): AsyncGenerator<string> {
    for (let i = 0; i < text.length; i += pieceLength) yield text.slice(i, i + pieceLength);
  }
  const found: (readonly string[])[] = [];
  for await (const { cells, line, isWhole } of csvRows(pieces()))
    found.push([...cells, `${line}`, `${isWhole}`]);
  return found;
}

// Cells are those of list(csv.reader(io.StringIO(text, newline=''))) of Python 3.11, without empty rows.
test.each([
  [
    'a,b\r\n1,2\r\n',
    [
      ['a', 'b', '1', 'true'],
      ['1', '2', '2', 'true'],
    ],
  ],
  [
    'a,b\n\n1,2\n',
    [
      ['a', 'b', '1', 'true'],
      ['1', '2', '3', 'true'],
    ],
  ],
  [
    'a\rb\r',
    [
      ['a', '1', 'true'],
      ['b', '2', 'true'],
    ],
  ],
  [',,\r\n', [['', '', '', '1', 'true']]],
  ['"",x\r\n', [['', 'x', '1', 'true']]],
  [
    '"a ""q"", x\r\ny",z\r\nb,c\r\n',
    [
      ['a "q", x\r\ny', 'z', '1', 'true'],
      ['b', 'c', '3', 'true'],
    ],
  ],
  ['a"b,"c"d\r\n', [['a"b', 'cd', '1', 'true']]],
  [
    '1,2\r\n3,4.',
    [
      ['1', '2', '1', 'true'],
      ['3', '4.', '2', 'false'],
    ],
  ],
  ['1,"2\r\n', [['1', '2\r\n', '1', 'false']]],
  ['', []],
])('%j', async (text, expected) => {
  for (const pieceLength of [text.length || 1, 1, 2, 3])
    expect(await rows(text, pieceLength)).toEqual(expected);
});
