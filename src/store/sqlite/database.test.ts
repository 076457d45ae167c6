import { expect, test } from 'vitest';
import { assertSafeSqlite } from './database.ts';
import { networkFileSystem } from './folder.ts';

test.each(['3.51.2', '3.50.9', '2.99.99', '3.51', '0'])('SQLite %s is refused', (version) => {
  expect(() => assertSafeSqlite(version)).toThrow(expect.objectContaining({ code: 'ALI_NODE_TOO_OLD' }));
});

test.each(['3.51.3', '3.51.10', '3.53.4', '4.0.0'])('SQLite %s is taken', (version) => {
  expect(() => assertSafeSqlite(version)).not.toThrow();
});

test('network file systems are known by the numbers that statfs gives, signed or not', () => {
  expect([0x6969, 0xff534d42, 0xff534d42 | 0, 0xef53].map(networkFileSystem)).toEqual([
    'NFS',
    'CIFS',
    'CIFS',
    undefined,
  ]);
});
