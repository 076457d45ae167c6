import type { ByteWindow } from './byte-window.ts';
import { readLength, readString, type Steps } from './collections.ts';
import { Damage } from './rdb-parse-error.ts';

/** Passes over `count` bytes, a few. */
export function* skipBytes(window: ByteWindow, count: number): Steps {
  while (window.raw(count) === undefined) yield;
}

function* skipLengths(window: ByteWindow, count: number): Steps {
  for (let i = 0; i < count; i++) yield* readLength(window);
}

const idBytes = 16;
const timeBytes = 8;

/** Passes over a stream: its blocks, its counters, and the consumer groups with what they have not acknowledged. */
export function* skipStream(window: ByteWindow, version: 1 | 2 | 3): Steps {
  const blocks = yield* readLength(window);
  for (let i = 0; i < blocks; i++) {
    if ((yield* readString(window)).length !== idBytes) throw new Damage('a stream block has a damaged id');
    yield* readString(window);
  }
  // Length and last id; then first id, greatest deleted id and entries ever added.
  yield* skipLengths(window, version === 1 ? 3 : 8);
  const groups = yield* readLength(window);
  for (let i = 0; i < groups; i++) {
    yield* readString(window);
    yield* skipLengths(window, version === 1 ? 2 : 3);
    const pending = yield* readLength(window);
    for (let j = 0; j < pending; j++) {
      yield* skipBytes(window, idBytes + timeBytes);
      yield* readLength(window);
    }
    const consumers = yield* readLength(window);
    for (let j = 0; j < consumers; j++) {
      yield* readString(window);
      yield* skipBytes(window, version === 3 ? 2 * timeBytes : timeBytes);
      const owned = yield* readLength(window);
      for (let k = 0; k < owned; k++) yield* skipBytes(window, idBytes);
    }
  }
}

/** Passes over what a module wrote, which names the type of each item so that others can do this. */
export function* skipModuleItems(window: ByteWindow): Steps {
  for (;;) {
    const type = yield* readLength(window);
    switch (type) {
      case 0:
        return;
      case 1:
      case 2:
        yield* readLength(window);
        break;
      case 3:
        yield* skipBytes(window, 4);
        break;
      case 4:
        yield* skipBytes(window, 8);
        break;
      case 5:
        yield* readString(window);
        break;
      default:
        throw new Damage(`a module value holds an item of the unknown type ${type}`);
    }
  }
}
