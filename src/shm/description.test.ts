import { describe, expect, test } from 'vitest';
import { blankText, parseDescriptions, readDescriptions } from './description.ts';

const codeOf = async (work: () => unknown): Promise<unknown> => {
  try {
    await work();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return undefined;
};

const fields = (...more: string[]) =>
  `[["ts", 0.0], ["sender", ""]${more.map((field) => `, ${field}`).join('')}]`;

describe('a description that cannot be is refused with one error that names all of it', () => {
  test.each([
    ['not JSON', '{"A": [', /^f\.json is not JSON at character 8$/],
    ['a list', '[1]', /f\.json is no description/],
    ['no fields', '{"A": []}', /"A": a frame is a list of/],
    ['no fields of its own', `{"A": ${fields()}}`, /"A": there are no fields after ts and sender/],
    [
      'ts missing',
      '{"A": [["sender", ""], ["x", 0]]}',
      /the first field is \["ts", 0\.0\].*the second field is \["sender", ""\]/,
    ],
    ['ts a text', '{"A": [["ts", ""], ["sender", ""], ["x", 0]]}', /the first field is/],
    ['a field twice', `{"A": ${fields('["x", 0]', '["x", 1]')}}`, /"A": the field "x" is there twice/],
    ['a field with a space', `{"A": ${fields('["x y", 0]')}}`, /"x y" cannot be the name of a field/],
    [
      'a field that Python cannot name',
      `{"A": ${fields('["class", 0]')}}`,
      /"class" cannot be the name of a field/,
    ],
    ['a field that Python hides', `{"A": ${fields('["_x", 0]')}}`, /"_x" cannot be/],
    [
      'a frame with a space',
      `{"A B": ${fields('["x", 0]')}}`,
      /"A B": the name of a frame is a text without spaces/,
    ],
    ['a frame without a name', `{"": ${fields('["x", 0]')}}`, /"": the name of a frame/],
    ['a pair that is none', `{"A": ${fields('["x"]', '7')}}`, /item 3 is not .*; "A": item 4 is not/],
    ['two faulty frames', `{"A": [], "B": []}`, /"A": .*"B": /],
  ])('%s', async (_, text, message) => {
    expect(() => parseDescriptions(text, 'f.json')).toThrow(message);
    expect(await codeOf(() => parseDescriptions(text, 'f.json'))).toBe('ALI_SHM_DESCRIPTION');
  });

  test('a file that is not there', async () => {
    await expect(readDescriptions(['/no/such/file'])).rejects.toThrow(
      /^\/no\/such\/file cannot be read as text/,
    );
    expect(await codeOf(() => readDescriptions(['/no/such/file']))).toBe('ALI_SHM_DESCRIPTION');
  });

  test.skipIf(process.platform === 'win32')('a file without end', async () => {
    await expect(readDescriptions(['/dev/zero'])).rejects.toThrow(/it is larger than 16777216 bytes/);
  });
});

test('the blank frame keeps the order of the fields, and floats apart from integers', () => {
  const [description] = parseDescriptions(
    `{"A": ${fields('["b", 0.0]', '["a", 0]', '["é", [1, 2.0]]')}}`,
    'f.json',
  );
  expect(description && blankText(description)).toBe(
    '{"ts": 0.0, "sender": "", "b": 0.0, "a": 0, "\\u00e9": [1, 2.0]}',
  );
});
