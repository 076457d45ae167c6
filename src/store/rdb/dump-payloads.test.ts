import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rdbFile, row, text } from '../../../test/support/rdb-file.ts';
import { hexOf, snapshotFolder } from '../../../test/support/snapshot-fixtures.ts';
import { readSnapshot } from './snapshot.ts';

interface DumpCase {
  readonly what: 'string' | 'zset' | 'hash';
  readonly input_hex?: string | null;
  readonly members_hex?: readonly string[];
  readonly fields_hex?: readonly (readonly [string, string])[];
  readonly dump_hex: string;
}

const { cases }: { cases: DumpCase[] } = JSON.parse(
  readFileSync(join(snapshotFolder, 'dump_payloads.json'), 'utf8'),
);

// The fixture shortens the longest with an ellipsis.
const whole = cases.filter(({ dump_hex }) => !dump_hex.includes('...'));

test('the cases are there', () => expect(whole.length).toBeGreaterThan(12));

test.each(whole)('what the reference dumps as a $what is read back', async (dump) => {
  const payload = Buffer.from(dump.dump_hex, 'hex');
  const body = payload.subarray(1, -10);
  const found: unknown[] = [];
  for await (const { content } of readSnapshot(rdbFile(6, row(payload[0] as number, text('k'), body)))) {
    if (content.kind === 'value') found.push(hexOf(content.value));
    if (content.kind === 'series') found.push(...content.members.map(hexOf));
    if (content.kind === 'hash')
      found.push(...content.fields.map(([field, value]) => [hexOf(field), hexOf(value)]));
  }
  expect(found).toEqual(dump.members_hex ?? dump.fields_hex ?? [dump.input_hex]);
});
