import { expect, test } from 'vitest';
import type { Space } from '../../src/store/index.ts';
import {
  exportLines,
  importLines,
  keyStatistics,
  memberPages,
  TelescopeState,
} from '../../src/telstate/index.ts';
import { onEveryEngine } from './engines.ts';

async function exported(space: Space): Promise<string[]> {
  const lines: string[] = [];
  for await (const page of exportLines(space)) lines.push(...page.lines);
  return lines;
}

async function* numbered(lines: readonly string[]) {
  for (const [i, text] of lines.entries()) yield { text, number: i + 1 };
}

onEveryEngine((makePlace) => {
  test('an export is imported once, however often, and is exported again as it was', async () => {
    await using place = await makePlace();
    const space = await place.open();
    const lines = [
      ...Array.from(
        { length: 50 },
        (_, i) => `{"key":"${String(i).padStart(2, '0')}","type":"attribute","value":${i}}`,
      ),
      ...Array.from({ length: 50 }, (_, i) => `{"key":"i","type":"indexed","subkey":${i},"value":${i}.5}`),
      ...Array.from({ length: 20_000 }, (_, i) => `{"key":"s","type":"sensor","time":${i / 4},"value":${i}}`),
    ];
    expect(await importLines(space, numbered(lines))).toMatchObject({ added: 20_100, same: 0, conflicts: 0 });
    expect(await importLines(space, numbered(lines))).toMatchObject({ added: 0, same: 20_100, conflicts: 0 });
    expect(await exported(space)).toEqual(lines);
    const conflicting = [
      '{"key":"00","type":"attribute","value":1}',
      '{"key":"i","type":"sensor","time":1,"value":1}',
    ];
    expect(await importLines(space, numbered(conflicting))).toMatchObject({ added: 0, conflicts: 2 });
  });

  test('pages and statistics of a sensor that grows', async () => {
    await using place = await makePlace();
    const space = await place.open();
    const state = new TelescopeState(space);
    const key = Buffer.from('s');
    const add = (from: number, to: number) =>
      state.addMany(
        's',
        Array.from({ length: to - from }, (_, i) => ({ value: 0.5, timeSeconds: from + i })),
      );
    await add(0, 3000);
    let count = 0;
    for await (const page of memberPages(space, key)) {
      if (count === 0) await add(3000, 4000);
      count += page.length;
    }
    expect(count).toBe(4000);
    expect(await keyStatistics(space, key)).toMatchObject({
      count: 4000,
      lastSeconds: 3999,
      sizeBytes: 72_000,
      rateHz: 1,
    });
  });
});
