/** The snapshots in test/fixtures and what the real programs say is in them. */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export const snapshotFolder = join(import.meta.dirname, '../fixtures/telstate/rdb');
export const redisEncodings = join(import.meta.dirname, '../fixtures/rdb/redis7_encodings.rdb');

/** What a key holds as plain text, in an order of its own: equal contents give equal texts. */
export type Content =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'series' | 'set' | 'list'; readonly elements: readonly string[] }
  | { readonly kind: 'hash'; readonly fields: readonly (readonly [string, string])[] };

interface ExpectedKey {
  readonly key_hex: string;
  readonly value_hex?: string;
  readonly value_sha256?: string;
  readonly members_hex?: readonly string[];
  readonly fields_hex?: readonly (readonly [string, string])[];
}

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A value as the fixtures give it: long ones only as their hash. */
export function valueText(value: Uint8Array): string {
  return value.length > 16_000 ? hash('sha256', value) : hexOf(value);
}

/** The good files that hold just what the reference says, by the fixture that says it. */
export const wholeFiles: readonly (readonly [file: string, expected: string])[] = [
  ['mem_tiny.rdb', 'expected_tiny.json'],
  ['server_tiny.rdb', 'expected_tiny.json'],
  ['mem_small.rdb', 'expected_small.json'],
  ['writer_on_redis7_small.rdb', 'expected_small.json'],
  ['server_small.rdb', 'expected_small.json'],
  ['server_nolzf_small.rdb', 'expected_small.json'],
  ['mem_large.rdb', 'expected_large.json.gz'],
  ['writer_on_redis7_large.rdb', 'expected_large.json.gz'],
  ['server_large.rdb', 'expected_large.json.gz'],
];

export function expectedContents(name: string): Map<string, Content> {
  const bytes = readFileSync(join(snapshotFolder, name));
  const { keys }: { keys: ExpectedKey[] } = JSON.parse(
    (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString(),
  );
  return new Map(keys.map((key) => [key.key_hex, contentOf(key)]));
}

function contentOf(key: ExpectedKey): Content {
  if (key.members_hex !== undefined) return { kind: 'series', elements: key.members_hex };
  if (key.fields_hex !== undefined) return { kind: 'hash', fields: key.fields_hex.toSorted(byField) };
  return { kind: 'value', value: key.value_hex ?? key.value_sha256 ?? '' };
}

export function byField(a: readonly [string, string], b: readonly [string, string]): number {
  return a[0] < b[0] ? -1 : 1;
}
