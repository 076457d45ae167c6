import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PrefixSet } from './prefix-set.ts';

test('a prefix is in the set until it was removed as often as it was added', () => {
  const set = new PrefixSet();
  expect([set.add('ab'), set.add('ab'), set.remove('ab')]).toEqual([true, false, false]);
  expect(set.matches('abc')).toBe(true);
  expect(set.remove('ab')).toBe(true);
  expect(set.matches('abc')).toBe(false);
  expect(set.remove('ab')).toBe(false);
  expect([set.size, set.sizeBytes]).toEqual([0, 0]);
});

test('the empty prefix is one of every topic', () => {
  const set = new PrefixSet();
  expect(set.matches('')).toBe(false);
  set.add('');
  expect([set.matches(''), set.matches('a')]).toEqual([true, true]);
});

test('it finds what a search through all prefixes finds', () => {
  const text = fc.array(fc.constantFrom('a', 'b', '\0', '\xff'), { maxLength: 6 }).map((all) => all.join(''));
  const step = fc.record({ isAdded: fc.boolean(), prefix: text });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.array(text, { maxLength: 20 }), (steps, topics) => {
      const set = new PrefixSet();
      const model = new Map<string, number>();
      for (const { isAdded, prefix } of steps) {
        const count = model.get(prefix) ?? 0;
        if (isAdded) {
          set.add(prefix);
          model.set(prefix, count + 1);
        } else {
          set.remove(prefix);
          model.set(prefix, Math.max(0, count - 1));
        }
      }
      const present = [...model].filter(([, count]) => count > 0).map(([prefix]) => prefix);
      expect([...set].toSorted()).toEqual(present.toSorted());
      for (const topic of topics) {
        expect(set.matches(topic)).toBe(present.some((prefix) => topic.startsWith(prefix)));
      }
    }),
  );
});

test('prefixes that lie in each other, and are taken back in any order, leave nothing behind', () => {
  const nested = fc.uniqueArray(fc.nat(40), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(nested, fc.constantFrom('', 'y'), (lengths, end) => {
      const set = new PrefixSet();
      for (const length of lengths) set.add('x'.repeat(length) + end);
      for (const length of lengths) {
        expect(set.matches('x'.repeat(length) + end)).toBe(true);
        set.remove('x'.repeat(length) + end);
      }
      expect([set.size, set.sizeBytes, set.matches('x'.repeat(50) + end)]).toEqual([0, 0, false]);
    }),
  );
});
