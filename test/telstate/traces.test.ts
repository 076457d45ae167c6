/** What the reference did, recorded operation by operation, done again on every engine. */
import { expect, test } from 'vitest';
import type { Space, Subscription } from '../../src/store/index.ts';
import { ObservedSpace } from '../support/observed-space.ts';
import { onEveryEngine } from './engines.ts';
import { Replay } from './replay.ts';
import { differencesOf, fixture, hexOf, type Scenario, type TraceEntry } from './trace.ts';

const { scenarios } = fixture<{ scenarios: Scenario[] }>('traces.json');
const differences = differencesOf('traces');

test('all twelve scenarios are here, and every listed difference is one of their operations', () => {
  expect(scenarios.map(({ name }) => name)).toHaveLength(12);
  const cases = scenarios.flatMap(({ name, ops }) => ops.map((_, i) => `${name} ${i}`));
  expect(cases).toEqual(expect.arrayContaining([...differences.keys()]));
});

onEveryEngine((makePlace) => {
  for (const scenario of scenarios) {
    test(`${scenario.name}: results, errors, notices and final state`, async () => {
      await using place = await makePlace();
      const space = await place.open();
      const observed = new ObservedSpace(await place.open());
      await using listener = await space.subscribe({ patterns: ['*'] });
      const replay = new Replay(scenario, observed, space);
      for (const index of scenario.ops.keys()) {
        const id = `${scenario.name} ${index}`;
        const found = await replay.step(index);
        if (differences.has(id)) expect(found, `${id} holds: take it off the list`).toBeDefined();
        else expect(found, id).toBeUndefined();
      }
      expect(observed.openSubscriptions).toBe(0);
      expect(await noticesUntilNow(listener, space)).toEqual(
        scenario.pubsub.map(({ channel, data }) => `${channel.hex} ${data.hex}`),
      );
      expect(await contentOf(space)).toEqual(scenario.final_state.map(plainEntry));
    });
  }
});

/** All notices up to one that this sends itself. */
async function noticesUntilNow(listener: Subscription, space: Space): Promise<string[]> {
  const key = 'end of notices';
  await space.write({ do: 'set', key, value: Buffer.of(), notice: { channel: 'end', payload: Buffer.of() } });
  await space.write({ do: 'delete', key });
  const notices: string[] = [];
  for (;;) {
    const { value: event, done } = await listener.next();
    if (done || event.event === 'gap') throw new Error('notices were lost');
    if (hexOf(event.channel) === hexOf(Buffer.from('end'))) return notices;
    notices.push(`${hexOf(event.channel)} ${hexOf(event.payload)}`);
  }
}

async function contentOf(space: Space): Promise<string[]> {
  const content: string[] = [];
  for (const key of await space.keys()) {
    const [kind, value, fields, members, items] = await space.readMany([
      { read: 'kind', key },
      { read: 'value', key },
      { read: 'fields', key },
      { read: 'range', key },
      { read: 'items', key },
    ]);
    const held = {
      value: [value === undefined ? '' : hexOf(value)],
      hash: fields.map((field) => field.map(hexOf).join('=')).sort(),
      series: members.map(hexOf),
      list: items.map(hexOf),
      set: [],
      other: [],
    };
    content.push(`${hexOf(key)} ${kind} ${kind === undefined ? '' : held[kind]}`);
  }
  return content;
}

function plainEntry(entry: TraceEntry): string {
  const key = entry.key.hex;
  switch (entry.type) {
    case 'string':
      return `${key} value ${entry.value.hex}`;
    case 'hash':
      return `${key} hash ${entry.fields.map(([k, v]) => `${k.hex}=${v.hex}`).sort()}`;
    case 'zset':
      return `${key} series ${entry.members.map(({ member }) => member.hex)}`;
    case 'list':
      return `${key} list ${entry.items.map(({ hex }) => hex)}`;
  }
}
