/** Structures that libhdf5 1.10.8 wrote (test/fixtures/hdf5), made anew from what they say. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Allocation } from './allocation.ts';
import { ElementFormat } from './chunk-element.ts';
import { CommitPlan } from './commit-plan.ts';
import { DataBlock } from './data-block.ts';
import { chunkFilter } from './filter.ts';
import { itemType } from './item-type.ts';
import {
  attributeMessage,
  dataspace,
  datatypeMessage,
  filterMessage,
  growingDataspaceMessage,
  linkMessage,
  rowsAt,
} from './messages.ts';
import { SuperBlock } from './super-block.ts';
import { superblock } from './superblock.ts';
import { TextHeap } from './text-heap.ts';
import type { TypeName } from './type-name.ts';

interface Structure {
  readonly offset: number;
  readonly length: number;
  readonly name: string;
  readonly type?: number;
  readonly u?: number;
  readonly eof?: number;
  readonly root?: number;
}

const folder = join(import.meta.dirname, '../../test/fixtures/hdf5');
const bytesOf = (file: string): Buffer => readFileSync(join(folder, file));
const vectors = JSON.parse(readFileSync(join(folder, 'vectors.json'), 'utf8')) as Record<
  string,
  { structures: Structure[] }
>;
const structures = (file: string, name: string, type?: number): Structure[] =>
  (vectors[file]?.structures ?? []).filter((item) => item.name === name && item.type === type);
const cutOut = (file: string, { offset, length }: Structure): Buffer =>
  bytesOf(file).subarray(offset, offset + length);
const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');
const address = (bytes: Uint8Array, at: number): number =>
  bytes[at + 7] === 0xff ? -1 : Number(Buffer.from(bytes).readBigUInt64LE(at));

test.each(Object.keys(vectors))('the superblock of %s', (file) => {
  const [found] = structures(file, 'superblock');
  expect(found).toBeDefined();
  if (found !== undefined) {
    expect(hex(superblock(found.eof ?? 0, found.root ?? 0))).toBe(hex(cutOut(file, found)));
  }
});

const types: readonly (readonly [string, readonly TypeName[]])[] = [
  ['ints.h5', ['int32', 'uint16be', 'uint64', 'int8']],
  ['floats.h5', ['float32', 'float64be', 'float16']],
  ['strings.h5', ['string']],
  ['deflate.h5', ['float64']],
];

test.each(types)('the types of %s', (file, names) => {
  const found = structures(file, 'msg', 3).map((item) => hex(cutOut(file, item)));
  expect(names.map((name) => hex(datatypeMessage(itemType(name).datatype)))).toEqual(found);
});

test('the extent of a dataset, its filter, and a link', () => {
  const [extent] = structures('deflate.h5', 'msg', 1);
  const [filter] = structures('deflate.h5', 'msg', 11);
  const [link] = structures('deflate.h5', 'msg', 6);
  if (extent === undefined || filter === undefined || link === undefined) throw new Error('vectors changed');
  const message = growingDataspaceMessage([]);
  message.set([400 % 256, 1], rowsAt);
  expect(hex(message)).toBe(hex(cutOut('deflate.h5', extent)));
  const code = chunkFilter({ deflate: 4 }, 8)?.code;
  if (code === undefined) throw new Error('no filter');
  const optional = cutOut('deflate.h5', filter);
  // h5py lets writers leave deflate out; here it is mandatory.
  expect(optional[8]).toBe(1);
  optional[8] = 0;
  expect(hex(filterMessage(code))).toBe(hex(optional));
  expect(hex(linkMessage(Buffer.from('z'), 195))).toBe(hex(cutOut('deflate.h5', link)));
});

test('attributes: a float and a truth value', () => {
  const found = structures('attrs.h5', 'msg', 12).map((item) => cutOut('attrs.h5', item));
  // These names say that they are ASCII.
  const bodies = found.map((message) => {
    const body = Buffer.from(message.subarray(4));
    body[8] = 1;
    return hex(body);
  });
  const float = attributeMessage(
    Buffer.from('f'),
    itemType('float64').datatype,
    dataspace([]),
    new Uint8Array(Float64Array.of(1.5).buffer),
  );
  const flag = attributeMessage(Buffer.from('b'), itemType('bool').datatype, dataspace([]), Uint8Array.of(1));
  expect(bodies).toContain(hex(float.subarray(4)));
  expect(bodies).toContain(hex(flag.subarray(4)));
});

describe('the extensible array', () => {
  const arrayAddress = 463;
  const allocation = () => new Allocation(48);
  const written = (plan: CommitPlan) => plan.writesOf('hidden').map(({ bytes }) => hex(bytes));

  /** Super block and number of each data block in the order in which libhdf5 made them. */
  const numbered = (file: string) => {
    const counts = new Map<number, number>();
    return structures(file, 'EADB').map((found) => {
      const superBlock = found.u ?? 0;
      const dataBlock = counts.get(superBlock) ?? 0;
      counts.set(superBlock, dataBlock + 1);
      return { found, superBlock, dataBlock };
    });
  };

  test.each([
    ['superblocks.h5', false, 1],
    ['deflate.h5', true, 80],
  ] as const)('data blocks of %s', (file, isFiltered, chunkBytes) => {
    const format = new ElementFormat(isFiltered, chunkBytes);
    for (const { found, superBlock, dataBlock } of numbered(file)) {
      const original = cutOut(file, found);
      const block = new DataBlock(arrayAddress, format, superBlock, dataBlock);
      for (let at = 18, i = 0; at + format.sizeBytes < found.length; at += format.sizeBytes, i++) {
        if (address(original, at) < 0) continue;
        block.put(i, {
          address: address(original, at),
          sizeBytes: isFiltered ? original.readUIntLE(at + 8, format.sizeBytes - 12) : 1,
          filterMask: 0,
          isFinal: true,
        });
      }
      const plan = new CommitPlan();
      block.write(plan, allocation(), true);
      expect(written(plan)).toEqual([hex(original)]);
    }
  });

  test('super blocks', () => {
    const found = structures('superblocks.h5', 'EASB');
    expect(found.map(({ u }) => u)).toEqual([4, 5]);
    for (const item of found) {
      const original = cutOut('superblocks.h5', item);
      const block = new SuperBlock(arrayAddress, false, item.u ?? 0);
      for (let i = 0; i < 4; i++) block.point(i, address(original, 18 + 8 * i), new Set());
      const plan = new CommitPlan();
      block.write(plan, allocation(), true);
      expect(written(plan)).toEqual([hex(original)]);
    }
  });
});

test('a collection of texts, and what leads to them', () => {
  const [found] = structures('strings.h5', 'GCOL');
  if (found === undefined) throw new Error('vectors changed');
  const texts = Array.from({ length: 20 }, (_, i) => (i % 3 === 0 ? '' : `s${i}`));
  const writes: [number, string][] = [];
  const heap = new TextHeap(new Allocation(found.offset), (at, bytes) => writes.push([at, hex(bytes)]));
  const target = new Uint8Array(16 * texts.length);
  for (const [i, text] of texts.entries()) heap.add(Buffer.from(text), target, 16 * i);
  heap.seal();
  // libhdf5 also stores the empty texts; ours lead nowhere.
  expect(writes.map(([at]) => at)).toEqual([found.offset]);
  expect(hex(target.subarray(0, 32))).toBe(
    `${'00'.repeat(16)}02000000${hex(Buffer.from(le64(found.offset)))}01000000`,
  );
  const collection = Buffer.from(writes[0]?.[1] ?? '', 'hex');
  expect(collection.length).toBe(4096);
  expect(collection.subarray(32, 34).toString()).toBe('s1');
});

function le64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
