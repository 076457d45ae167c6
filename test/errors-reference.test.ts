import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorCodes } from '../src/shared/errors.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/reference/errors.md'), 'utf8');

/** The rows of the page's tables that say all four: code, exit status, what happened, what to do. */
const documented = [...page.matchAll(/^\| `(ALI_[A-Z0-9_]+)` \| (\d) \| .+ \| .+ \|$/gm)].map(
  ([, code, exit]) => ({
    code,
    exit: Number(exit),
  }),
);

test('every error code is documented once, with its exit status', () => {
  const byCode = (a: { code?: string | undefined }, b: { code?: string | undefined }) =>
    String(a.code).localeCompare(String(b.code));
  const registered = Object.entries(errorCodes).map(([code, { exit }]) => ({ code, exit }));
  expect(documented.toSorted(byCode)).toEqual(registered.sort(byCode));
});

test('no other code is spoken of', () => {
  const mentioned = [...page.matchAll(/ALI_[A-Z0-9_]+/g)].map(([code]) => code);
  expect(mentioned.filter((code) => !(code in errorCodes))).toEqual([]);
});
