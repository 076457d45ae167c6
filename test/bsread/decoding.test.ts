/** Messages that Python's bsread sent, decoded as it decodes them. */
import { expect, test } from 'vitest';
import { MessageDecoder } from '../../src/bsread/index.ts';
import { asRecorded, expectedOfUs, type RecordedCase, recordedCases } from './recorded.ts';

function decoded({ messages }: RecordedCase) {
  const decoder = new MessageDecoder({ strictPython: true });
  return messages.map(({ frames }) => {
    const message = decoder.decode(frames);
    return message === undefined ? undefined : asRecorded(message);
  });
}

for (const name of ['types', 'features'] as const) {
  test.each(recordedCases(name))(`${name}: $id`, (recorded) => {
    expect(decoded(recorded)).toEqual(
      recorded.messages.map(({ expected }, place) => expectedOfUs(recorded.id, place, expected)),
    );
  });
}
