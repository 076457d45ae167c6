import { intsetElements } from './intset.ts';
import { listpackElements } from './listpack.ts';
import { ziplistElements } from './ziplist.ts';
import { zipmapElements } from './zipmap.ts';

/**
 * The elements of one packed block (a small collection that Redis keeps, and saves, as one string), in order, one at
 * a time: a hostile block of 64 MiB holds tens of millions of them. Integers come as their decimal text, as Redis
 * gives them out.
 */
export interface PackedElements {
  /**
   * The next element, a view of the block; `undefined` after the last.
   *
   * @throws Damage where the block is not whole
   */
  next(): Uint8Array | undefined;
}

export type PackedForm = 'ziplist' | 'listpack' | 'intset' | 'zipmap';

export function packedElements(form: PackedForm, block: Uint8Array): PackedElements {
  switch (form) {
    case 'ziplist':
      return ziplistElements(block);
    case 'listpack':
      return listpackElements(block);
    case 'intset':
      return intsetElements(block);
    case 'zipmap':
      return zipmapElements(block);
  }
}
