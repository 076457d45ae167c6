import { expect, test } from 'vitest';
import { readDocument } from './document.ts';

test.each([
  ['[]', 'f:1:1: the file is an object in JSON, not a list'],
  ['"x"', 'f:1:1: the file is an object in JSON, not "x"'],
  ['{"c": 1}', "f:1:7: configuration 'c' is an object in JSON, not 1"],
  ['{"c": {"user": "x"}}', 'f:1:16: section \'user\' is an object in JSON, not "x"'],
  ['{"c": {"sources": {"m": "IOC:m1"}}}', 'f:1:25: \'sources:m\' is an object in JSON, not "IOC:m1"'],
  ['{"c": {"sources": {"": {}}}}', 'f:1:20: the name of a source is empty'],
  ['{"": {}}', 'f:1:2: the name of a configuration is empty'],
  ['{"c": {"": {}}}', 'f:1:8: the name of a section is empty'],
  ['{"c": {"user": {"": 1}}}', 'f:1:17: the name of a field is empty'],
  ['{"c": {"sources": {"a\\nb": {}}}}', 'f:1:20: the name of the source "a\\nb" holds a control character'],
  ['{"c\\u007f": {}}', 'f:1:2: the name of the configuration "c\u007f" holds a control character'],
  [
    '{"a:b": {}}',
    'f:1:2: the name of the configuration "a:b" holds a colon, which separates the parts of a key',
  ],
  [
    '{"c": {"a:b": {}}}',
    'f:1:8: the name of the section "a:b" holds a colon, which separates the parts of a key',
  ],
  [
    '{"configurations": {}}',
    'f:1:2: "configurations" cannot name a configuration: the database uses it itself',
  ],
  ['{"c": {"history": {}}}', 'f:1:8: "history" cannot name a section: the database uses it itself'],
  [
    '{"c": {"server": {"a": {}},\n"servers": {"a": {}}}}',
    "f:2:1: sections 'server' and 'servers' would both be kept in the key 'server:c:a'",
  ],
])('%j is refused with its place', (text, message) => {
  expect(() => readDocument(text, 'f')).toThrow(
    expect.objectContaining({ code: 'ALI_CONFIGURATION', message }),
  );
});

test('a name of more than a kilobyte is refused', () => {
  expect(() => readDocument(`{"${'é'.repeat(513)}": {}}`, 'f')).toThrow(/1026 bytes; it may have 1024/);
});

test('a file of empty parts is a file', () => {
  expect(readDocument('\ufeff{"c": {"sources": {}}, "d": {}}', 'f')).toEqual(
    new Map([
      ['c', new Map([['sources:c', { place: { section: 'sources' }, fields: new Map() }]])],
      ['d', new Map()],
    ]),
  );
});
