import { expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../../ipc/index.ts';
import { type Field, type FieldTable, table, text, uint32 } from '../field.ts';
import { constantTable, readTable, writeTable } from './field-table.ts';

function written(fields: FieldTable): Buffer {
  const writer = new ByteWriter();
  writeTable(writer, fields);
  return writer.copy();
}

const read = (bytes: Buffer) => readTable(new ByteReader(bytes));
const withInner = (name: string, inner: Readonly<Record<string, Field>>): FieldTable =>
  new Map<string, Field>([
    ['name', text(name)],
    ['inner', table(inner)],
  ]);

test('a table that was written once is on the wire what it would be otherwise', () => {
  const fields = {
    exe: text('/usr/bin/node'),
    versions: table({ alidade: table({ version: text('1.0.0') }) }),
  };
  const first = new Map<string, Field>([['sender', constantTable(fields)]]);
  expect(written(first)).toEqual(written(new Map<string, Field>([['sender', table(fields)]])));
  expect(written(first)).toEqual(written(first));
});

test('a table that comes in many messages is read once, and what is around it each time', () => {
  const inner = { hostname: text('lab'), number: uint32(7) };
  const one = read(written(withInner('one', inner)));
  const two = read(written(withInner('two', inner)));
  expect(two.get('inner')?.value).toBe(one.get('inner')?.value);
  expect([one, two]).toEqual([withInner('one', inner), withInner('two', inner)]);
});

test('tables that differ in the type of one field are told apart', () => {
  const tables = [withInner('one', { n: uint32(1) }), withInner('one', { n: { tag: 'I', value: 1 } })];
  for (const fields of [...tables, ...tables]) expect(read(written(fields))).toEqual(fields);
});

test('a table with bytes, which a receiver may change, is its own', () => {
  const bytes = written(withInner('one', { deep: table({ key: { tag: 'x', value: Buffer.from('abc') } }) }));
  const change = (field: Field | undefined) => {
    const deep = field?.tag === 'F' ? field.value.get('deep') : undefined;
    const key = deep?.tag === 'F' ? deep.value.get('key') : undefined;
    if (key?.tag !== 'x') throw new Error('no bytes');
    key.value.fill(0);
  };
  change(read(Buffer.from(bytes)).get('inner'));
  expect(read(bytes)).toEqual(read(Buffer.from(bytes)));
  expect(read(bytes).get('inner')).toEqual(
    table({ deep: table({ key: { tag: 'x', value: Buffer.from('abc') } }) }),
  );
});

test('many different tables are all read as they are', () => {
  for (let i = 0; i < 1000; i++) {
    const fields = withInner('one', { number: uint32(i), text: text('x'.repeat(i % 300)) });
    expect(read(written(fields))).toEqual(fields);
  }
});

test('texts that are not ASCII, and long ones, come as they went', () => {
  for (const value of [
    '',
    'plain',
    'Überdruck',
    '室温',
    'x'.repeat(64),
    'x'.repeat(65),
    `${'x'.repeat(63)}ß`,
  ]) {
    const fields = new Map<string, Field>([[value, text(value)]]);
    expect(read(written(fields))).toEqual(fields);
  }
  const tooLong = new Map<string, Field>([['ß'.repeat(128), text('')]]);
  expect(() => written(tooLong)).toThrow(RangeError);
});
