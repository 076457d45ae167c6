import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAlidadeError } from '../../../src/shared/errors.ts';
import type { Condition, NoticeOf, Operation } from '../../../src/store/store.ts';
import { bytes, type Context, heardUntilNow, plain } from './context.ts';
import { type Held, Model } from './model.ts';

const keys = ['a', 'b', '\xff'];
const key = fc.constantFrom(...keys).map(bytes);
const word = fc.constantFrom('', 'x', 'y', 'y\0', '\x80', '\xff').map(bytes);
const words = fc.array(word, { minLength: 1, maxLength: 4 });
const onlyIfAbsent = fc.boolean();
const notice: fc.Arbitrary<NoticeOf | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.record({ channel: fc.constantFrom('c', 'd'), payload: word }),
  fc.record({ channel: fc.constantFrom('c', 'd'), prefix: fc.option(word, { nil: undefined }) }),
);

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ do: fc.constant('set' as const), key, value: word, onlyIfAbsent, notice }),
  fc.record({ do: fc.constant('set-field' as const), key, field: word, value: word, onlyIfAbsent, notice }),
  fc.record({
    do: fc.constant('set-fields' as const),
    key,
    fields: fc.array(fc.tuple(word, word), { maxLength: 3 }),
    notice,
  }),
  fc.record({ do: fc.constant('delete-field' as const), key, field: word, notice }),
  fc.record({ do: fc.constant('add' as const), key, members: words, notice }),
  fc.record({
    do: fc.constant('trim' as const),
    key,
    below: fc.option(word, { nil: undefined }),
    keepLast: fc.option(fc.nat(3), { nil: undefined }),
    notice,
  }),
  fc.record({ do: fc.constantFrom('set-add' as const, 'set-remove' as const), key, members: words, notice }),
  fc.record({ do: fc.constant('push' as const), key, items: words, notice }),
  fc.record({ do: fc.constantFrom('pop' as const, 'drain' as const, 'delete' as const), key, notice }),
);

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ if: fc.constant('absent' as const), key }),
  fc.record({ if: fc.constant('equals' as const), key, value: word }),
  fc.record({ if: fc.constant('field-absent' as const), key, field: word }),
  fc.record({ if: fc.constant('field-equals' as const), key, field: word, value: word }),
  fc.record({ if: fc.constant('revision' as const), key, revision: fc.nat(3) }),
);

const batch = fc.record({
  conditions: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(condition, { maxLength: 2 })),
  operations: fc.array(operation, { maxLength: 5 }),
});

export function againstModel(context: Context): void {
  test('any batches one after another do what the plain model does, notices included', async () => {
    const subscription = await context.subscribe({ channels: ['c', 'd', 'end'] });
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 12 }), async (batches) => {
        const { space } = context;
        await space.clear();
        // What a run that failed has left behind, while a smaller counterexample is sought.
        await heardUntilNow(subscription, space);
        const model = new Model();
        for (const { conditions, operations } of batches) {
          const result = await space.batch(conditions, operations).catch((error) => {
            if (isAlidadeError(error, 'ALI_WRONG_KIND')) return 'wrong kind';
            throw error;
          });
          expect(plain(result)).toEqual(plain(model.batch(conditions, operations)));
        }
        expect(await heardUntilNow(subscription, space)).toEqual(model.told);
        for (const name of keys) expect(await held(context, name)).toEqual(model.held(name));
      }),
      { numRuns: 150 },
    );
  }, 60_000);
}

async function held(context: Context, name: string): Promise<Held | undefined> {
  const at = { key: bytes(name) };
  const [kind, value, fields, range, members, items] = await context.space.readMany([
    { read: 'kind', ...at },
    { read: 'value', ...at },
    { read: 'fields', ...at },
    { read: 'range', ...at },
    { read: 'members', ...at },
    { read: 'items', ...at },
  ]);
  const texts = (list: readonly Uint8Array[]): string[] => list.map((item) => plain(item) as string);
  switch (kind) {
    case 'value':
      return { kind, value: plain(value) as string };
    case 'hash':
      return { kind, fields: new Map(plain(fields) as [string, string][]) };
    case 'series':
      return { kind, items: texts(range) };
    case 'set':
      return { kind, items: texts(members) };
    case 'list':
      return { kind, items: texts(items) };
    default:
      return undefined;
  }
}
