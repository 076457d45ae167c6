/** Blocks of the chunk index that are too large, or not placed, to be rewritten where readers look. */
import { expect, test } from 'vitest';
import { Allocation } from './allocation.ts';
import { pageBytes, undefinedAddress } from './bytes.ts';
import { ElementFormat } from './chunk-element.ts';
import { CommitPlan } from './commit-plan.ts';
import { DataBlock } from './data-block.ts';
import { SuperBlock } from './super-block.ts';

interface TwoPlaces {
  readonly address: number;
  readonly sizeBytes: number;
  write(plan: CommitPlan, allocation: Allocation, isReachable: boolean): void;
}

/** Ranges of a commit that lie in the block that readers found until then. */
function touched(block: TwoPlaces, allocation: Allocation): number[] {
  const before = block.address;
  const plan = new CommitPlan();
  block.write(plan, allocation, true);
  expect(plan.isEmpty('index')).toBe(true);
  expect(plan.isEmpty('hidden')).toBe(false);
  if (before === undefinedAddress) return [];
  return plan
    .writesOf('hidden')
    .filter(({ address, bytes }) => address < before + block.sizeBytes && address + bytes.length > before)
    .map(({ address }) => address);
}

test.each([
  ['plain', false],
  ['filtered', true],
])('a paged data block of %s chunks is never changed where readers look', (_, isFiltered) => {
  const allocation = new Allocation(48);
  const block = new DataBlock(4096, new ElementFormat(isFiltered, 1_000_000), 7, 0);
  for (let element = 0; element < 256; element += 3) {
    block.put(element, { address: 10_000 * element, sizeBytes: 9, filterMask: 0, isFinal: true });
    expect(touched(block, allocation)).toEqual([]);
  }
});

test('both copies of a paged data block end up with all elements', () => {
  const allocation = new Allocation(48);
  const disk = Buffer.alloc(64 * 1024);
  const block = new DataBlock(4096, new ElementFormat(false, 100), 7, 0);
  for (let element = 0; element < 256; element++) {
    block.put(element, { address: 1000 + element, sizeBytes: 100, filterMask: 0, isFinal: true });
    const plan = new CommitPlan();
    block.write(plan, allocation, true);
    for (const { address, bytes } of plan.writesOf('hidden')) disk.set(bytes, address);
    for (let known = 0; known <= element; known++) {
      const page = Math.floor(known / 128);
      const at = block.address + 22 + page * (128 * 8 + 4) + (known % 128) * 8;
      expect(disk.readBigUInt64LE(at)).toBe(BigInt(1000 + known));
    }
  }
});

test('a super block beyond 4 KiB is never changed where readers look', () => {
  const allocation = new Allocation(48);
  const block = new SuperBlock(4096, false, 17);
  expect(block.sizeBytes).toBeGreaterThan(pageBytes);
  for (let dataBlock = 0; dataBlock < 5; dataBlock++) {
    block.point(dataBlock, 1_000_000 + dataBlock, new Set([0, 1]));
    expect(touched(block, allocation)).toEqual([]);
  }
});

test('every block that is rewritten in place keeps within one page', () => {
  const allocation = new Allocation(48);
  let seed = 1;
  for (let i = 0; i < 2000; i++) {
    seed = (seed * 48271) % 2147483647;
    const sizeBytes = 1 + (seed % pageBytes);
    const kind = seed % 3 === 0 ? 'header' : 'index';
    const address = allocation.block(kind, sizeBytes);
    expect(Math.floor(address / pageBytes)).toBe(Math.floor((address + sizeBytes - 1) / pageBytes));
    if (seed % 5 === 0) allocation.raw(seed % 10_000);
  }
});
