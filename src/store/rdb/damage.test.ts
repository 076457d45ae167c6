/** Whatever the bytes, there is one kind of error, and memory stays in proportion. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { key, rdbFile, row } from '../../../test/support/rdb-file.ts';
import { redisEncodings, snapshotFolder } from '../../../test/support/snapshot-fixtures.ts';
import { RdbParseError } from './rdb-parse-error.ts';
import { readSnapshot } from './snapshot.ts';

/** Sum of the bytes given, or -1 where the file was refused; anything but RdbParseError is thrown on. */
async function bytesGiven(file: Uint8Array): Promise<number> {
  let given = 0;
  try {
    for await (const { content } of readSnapshot(file)) {
      if (content.kind === 'value') given += content.value.length;
      else if (content.kind === 'hash') for (const [f, v] of content.fields) given += f.length + v.length;
      else if (content.kind === 'list') for (const item of content.items) given += item.length;
      else if (content.kind !== 'other') for (const member of content.members) given += member.length;
    }
    return given;
  } catch (error) {
    if (error instanceof RdbParseError) return -1;
    throw error;
  }
}

/** Random bytes in which those that begin lengths, packings and opcodes are frequent. */
const crookedBytes = fc
  .array(
    fc.oneof(fc.nat(5), fc.nat(30), fc.constantFrom(0x40, 0x80, 0x81, 0xc0, 0xc3, 0xfe, 0xff), fc.nat(255)),
    {
      maxLength: 200,
    },
  )
  .map((bytes) => Uint8Array.from(bytes));

test('random content of every type is entries or RdbParseError', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(26), crookedBytes, async (type, content) => {
      const given = await bytesGiven(rdbFile(10, key(type, 'k', content)));
      expect(given).toBeLessThan(200 * 264);
    }),
    { numRuns: 1500 },
  );
});

test('random bytes after the header are entries or RdbParseError', async () => {
  await fc.assert(
    fc.asyncProperty(crookedBytes, async (content) => {
      await bytesGiven(row('REDIS0007', content));
      await bytesGiven(content);
    }),
    { numRuns: 500 },
  );
});

test.each(['mem_tiny.rdb', 'server_tiny.rdb'])(
  '%s with one byte changed, or cut, is entries or RdbParseError',
  async (name) => {
    const file = new Uint8Array(readFileSync(join(snapshotFolder, name)));
    for (let at = 0; at < file.length; at++) {
      expect(await bytesGiven(file.subarray(0, at))).toBe(-1);
      for (const value of [0, 1, 0x40, 0x81, 0xc3, 0xff]) {
        const changed = Uint8Array.from(file);
        changed[at] = value;
        const given = await bytesGiven(changed);
        if (name === 'server_tiny.rdb' && file[at] !== value) expect(given).toBe(-1);
      }
    }
  },
);

test('a large file with bytes changed, its checksum left out, is entries or RdbParseError', async () => {
  const file = new Uint8Array(readFileSync(redisEncodings)).fill(0, -8);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(file.length - 9), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      async (changes) => {
        const changed = Uint8Array.from(file);
        for (const [at, value] of changes) changed[at] = value;
        expect(await bytesGiven(changed)).toBeLessThan(4 * 1024 * 1024);
      },
    ),
    { numRuns: 150 },
  );
});
