import { expect, test } from 'vitest';
import { Frame } from '../../shm/index.ts';
import { ageText, frameJson, frameLine, frameLines } from './show.ts';

test.each([
  ['99.6', 'APP', '0.4 s old'],
  ['100.0', 'APP', '0.0 s old'],
  ['102', 'APP', '2.0 s ahead'],
  ['40.5', 'APP', '59.5 s old'],
  ['-200.0', 'APP', '5 min old'],
  ['-7200.0', 'APP', '2 h old'],
  ['-200000.0', 'APP', '2 d old'],
  ['5.0', '', 'not set yet'],
  ['NaN', 'APP', 'of NaN'],
])('a frame of %s by %j at 100 is %s', (ts, sender, text) => {
  expect(ageText(new Frame('A', `{"ts": ${ts}, "sender": "${sender}", "x": 1}`), 100)).toBe(text);
});

test('a frame has its fields in columns, and nothing of it moves the cursor', () => {
  const text =
    '{"ts": 90.0, "sender": "APP", "uBat": 12.0, "label\\u001b": "\u00e9\\u001b[2J", "x": [NaN, 1, null]}';
  const frame = new Frame('BATTERY__measures', text);
  expect(frameLines(frame, 100)).toEqual([
    'BATTERY__measures  10.0 s old, from APP, 1970-01-01T00:01:30.000000Z',
    '  uBat       12.0',
    '  label\\x1b  "é\\u001b[2J"',
    '  x          [NaN, 1, null]',
  ]);
  expect(frameLine(frame)).toBe(
    '1970-01-01T00:01:30.000000Z  BATTERY__measures  APP  uBat=12.0 label\\x1b="é\\u001b[2J" x=[NaN, 1, null]',
  );
  expect(JSON.parse(frameJson(frame))).toEqual({
    name: 'BATTERY__measures',
    ts: 90,
    sender: 'APP',
    fields: { uBat: 12, 'label\u001b': 'é\u001b[2J', x: [{ $float: 'nan' }, 1, null] },
  });
});
