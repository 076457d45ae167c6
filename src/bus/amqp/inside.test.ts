import { readFileSync } from 'node:fs';
import type { Channel, ChannelModel } from 'amqplib';
import { expect, test } from 'vitest';
import { connectFailure } from './failures.ts';
import { insideOf, numberOf } from './inside.ts';

test('the version of amqplib is exact, because its inside is used', () => {
  const { dependencies } = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  );
  expect(dependencies.amqplib).toMatch(/^\d+\.\d+\.\d+$/);
});

test('an amqplib with another inside is refused when it connects, not when a message is lost', () => {
  const other = { connection: { stream: {}, frameMax: 131_072 } } as unknown as ChannelModel;
  expect(() => insideOf(other)).toThrow('without an');
  expect(() => numberOf({} as Channel)).toThrow('without an');
  try {
    insideOf(other);
  } catch (error) {
    expect(connectFailure(error, 'amqp://lab:5672')).toBe(error);
  }
});
