import { expect, test } from 'vitest';
import { parseNotice } from './update.ts';

/** A parsed payload with its bytes as hex. */
function parsed(payload: string): unknown {
  const notice = parseNotice(Buffer.from(payload.replaceAll(' ', ''), 'hex'));
  if (notice === undefined) return undefined;
  return Object.values(notice).map((part) =>
    typeof part === 'string' ? part : Buffer.from(part).toString('hex'),
  );
}

const time = '41d65a0bc0000000';

test('a MessagePack value is an attribute, and so is a pickle', () => {
  expect(parsed('ff a178')).toEqual(['attribute', 'ffa178']);
  expect(parsed('80024b012e')).toEqual(['attribute', '80024b012e']);
});

test('a time and a value are a sample', () => {
  expect(parsed(`${time} ff05`)).toEqual(['sensor', `${time}ff05`]);
  expect(parsed('0000000000000000 ff05')).toEqual(['sensor', '0000000000000000ff05']);
});

test('03 with a length is a sub-key and its value', () => {
  expect(parsed('03 33 0a ffa161 ff01')).toEqual(['indexed', 'ffa161', 'ff01']);
  expect(parsed('03 3130 0a ffcb4004000000000000 ff01')).toEqual(['indexed', 'ffcb4004000000000000', 'ff01']);
});

test('the text x03, which the releases 0.10 and 0.11 sent, is read as 03', () => {
  expect(parsed('783033 33 0a ffa161 ff01')).toEqual(['indexed', 'ffa161', 'ff01']);
});

test('the foreseen markers of attributes and sensors are taken off', () => {
  expect(parsed('01 ff05')).toEqual(['attribute', 'ff05']);
  expect(parsed(`02 ${time} ff05`)).toEqual(['sensor', `${time}ff05`]);
});

test('times that begin as a marker does are times', () => {
  expect(parsed('01a56e1fc2f8f359 ff01')).toEqual(['sensor', '01a56e1fc2f8f359ff01']);
  expect(parsed('02a56e1fc2f8f359 ff01')).toEqual(['sensor', '02a56e1fc2f8f359ff01']);
  expect(parsed('03a56e1fc2f8f359 ff01')).toEqual(['sensor', '03a56e1fc2f8f359ff01']);
});

test.each([
  ['nothing', ''],
  ['a time without a value', time],
  ['a length without end', '03 393939'],
  ['a length beyond the payload', '03 39 0a ff'],
  ['no length', '03 0a ffa161'],
  ['a sub-key without a value', '03 33 0a ffa161'],
])('%s is no notice', (_, payload) => {
  expect(parsed(payload)).toBeUndefined();
});
