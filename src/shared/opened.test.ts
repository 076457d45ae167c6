import { expect, test } from 'vitest';
import { Opened } from './opened.ts';

function recording(closed: string[]) {
  return (name: string, fails = false) => ({
    [Symbol.asyncDispose]: async () => {
      closed.push(name);
      if (fails) throw new Error(`${name} failed`);
    },
  });
}

test('what was opened is closed in reverse order, also where some of it fails', async () => {
  const closed: string[] = [];
  const resource = recording(closed);
  const block = async () => {
    await using opened = new Opened();
    opened.use(resource('a'));
    opened.use(resource('b', true));
    opened.defer(() => void closed.push('c'));
  };
  await expect(block()).rejects.toThrow('b failed');
  expect(closed).toEqual(['c', 'b', 'a']);
});

test('what was moved stays open until it is closed, once', async () => {
  const closed: string[] = [];
  let close = async () => {};
  {
    await using opened = new Opened();
    opened.use(recording(closed)('a'));
    close = opened.move();
  }
  expect(closed).toEqual([]);
  await Promise.all([close(), close()]);
  expect(closed).toEqual(['a']);
});
