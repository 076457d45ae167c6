import type { ByteWindow } from './byte-window.ts';
import {
  expiringHash,
  packedExpiringHash,
  packedHash,
  packedList,
  packedSortedSet,
  plainElements,
  plainHash,
  plainSortedSet,
  quicklist,
  readLength,
  readString,
  type Steps,
} from './collections.ts';
import { skipModuleItems, skipStream } from './foreign-values.ts';
import { type KeyHead, Parts } from './parts.ts';
import { Damage } from './rdb-parse-error.ts';

/**
 * Reads one value of any RDB type (redis/src/rdb.h) and gives it as one entry or more, the last with `more` false.
 * With `foreign` it is only passed over, and comes as one entry of that type; `true`: as one
 * of which an earlier walk found that it is foreign in spite of its type.
 */
export function* readValue(
  window: ByteWindow,
  type: number,
  head: KeyHead,
  foreign: string | boolean,
): Steps {
  if (type === 0) {
    const value = yield* readString(window);
    const content = typeof foreign === 'string' ? other(foreign) : { kind: 'value' as const, value };
    yield { ...head, content, part: 0, more: false };
    return;
  }
  if (type === 7) {
    yield* readLength(window);
    yield* skipModuleItems(window);
    yield {
      ...head,
      content: other(typeof foreign === 'string' ? foreign : 'module value'),
      part: 0,
      more: false,
    };
    return;
  }
  if (type === 15 || type === 19 || type === 21) {
    yield* skipStream(window, type === 15 ? 1 : type === 19 ? 2 : 3);
    yield { ...head, content: other(typeof foreign === 'string' ? foreign : 'stream'), part: 0, more: false };
    return;
  }
  const parts = new Parts(head, collectionKind(type));
  if (foreign !== false) parts.becomeForeign(foreign === true ? undefined : foreign);
  yield* readCollection(window, type, parts);
  yield parts.take(false);
}

function other(type: string): { readonly kind: 'other'; readonly type: string } {
  return { kind: 'other', type };
}

function collectionKind(type: number): 'series' | 'hash' | 'set' | 'list' {
  switch (type) {
    case 1:
    case 10:
    case 14:
    case 18:
      return 'list';
    case 2:
    case 11:
    case 20:
      return 'set';
    case 3:
    case 5:
    case 12:
    case 17:
      return 'series';
    case 4:
    case 9:
    case 13:
    case 16:
    case 22:
    case 23:
    case 24:
    case 25:
      return 'hash';
    case 6:
      throw new Damage('it holds a module value of a pre-release of Redis 4, which cannot be passed over');
    default:
      throw new Damage(`it holds a value of the unknown type ${type}`);
  }
}

function readCollection(window: ByteWindow, type: number, parts: Parts): Steps {
  switch (type) {
    case 3:
      return plainSortedSet(window, parts, 'text');
    case 4:
      return plainHash(window, parts);
    case 5:
      return plainSortedSet(window, parts, 'binary');
    case 9:
      return packedHash(window, parts, 'zipmap');
    case 10:
      return packedList(window, parts, 'ziplist');
    case 11:
      return packedList(window, parts, 'intset');
    case 12:
      return packedSortedSet(window, parts, 'ziplist');
    case 13:
      return packedHash(window, parts, 'ziplist');
    case 14:
      return quicklist(window, parts, 1);
    case 16:
      return packedHash(window, parts, 'listpack');
    case 17:
      return packedSortedSet(window, parts, 'listpack');
    case 18:
      return quicklist(window, parts, 2);
    case 20:
      return packedList(window, parts, 'listpack');
    case 22:
      return expiringHash(window, parts, false);
    case 23:
      return packedExpiringHash(window, parts, false);
    case 24:
      return expiringHash(window, parts, true);
    case 25:
      return packedExpiringHash(window, parts, true);
    default:
      return plainElements(window, parts);
  }
}
