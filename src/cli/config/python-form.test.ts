import { expect, test } from 'vitest';
import { pythonForm } from './python-form.ts';

const shown = (value: unknown) => pythonForm(JSON.stringify(value));

test('a configuration as psi_example.py prints it', () => {
  const configuration = {
    user: { name: 'Ada', institute: 'Example Light Source', email: 'ada@example.org' },
    sources: {
      temp2: { type: 'pv-temp', address: 'STC2' },
      motor1: { type: 'ca-motor', address: 'IOC:m1' },
    },
    experiment: { name: 'diffraction', id: '1234' },
  };
  expect(shown(configuration)).toBe(
    [
      "{'experiment': {'id': '1234', 'name': 'diffraction'},",
      " 'sources': {'motor1': {'address': 'IOC:m1', 'type': 'ca-motor'},",
      "             'temp2': {'address': 'STC2', 'type': 'pv-temp'}},",
      " 'user': {'email': 'ada@example.org',",
      "          'institute': 'Example Light Source',",
      "          'name': 'Ada'}}",
    ].join('\n'),
  );
});

test.each([
  [{}, '{}'],
  [{ a: {}, b: [] }, "{'a': {}, 'b': []}"],
  [
    { on: true, off: false, none: null, n: 1234, x: 0.5 },
    "{'n': 1234, 'none': None, 'off': False, 'on': True, 'x': 0.5}",
  ],
  [{ text: "it's", quote: 'a "b"', both: `'"` }, `{'both': '\\'"', 'quote': 'a "b"', 'text': "it's"}`],
  [{ '\u{1f52d}': 1, '\uffee': 2 }, "{'\uffee': 2, '\u{1f52d}': 1}"],
])('%j is %s', (value, text) => {
  expect(shown(value)).toBe(text);
});

test('long lists stand one item a line, and no text is broken', () => {
  const word = 'x'.repeat(90);
  expect(shown({ list: [word, 1], text: word })).toBe(
    `{'list': ['${word}',\n          1],\n 'text': '${word}'}`,
  );
});

test('what would just fill the line, with the brackets behind it, is broken up', () => {
  const members = (length: number) => ({ a: '', b: 'x'.repeat(length) });
  // {'a': '', 'b': 'xxx'} has 18 characters beside the x.
  expect(shown(members(79 - 18))).not.toContain('\n');
  expect(shown(members(80 - 18))).toContain('\n');
});

test('integers of any size stay whole, and floats stay floats', () => {
  expect(pythonForm('[1, 1.0, -0, 9007199254740993, 1e3, 1e22]')).toBe(
    '[1, 1.0, 0, 9007199254740993, 1000.0, 1e+22]',
  );
});
