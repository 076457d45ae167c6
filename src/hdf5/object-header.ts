import type { Allocation } from './allocation.ts';
import { ascii, joined, pageBytes, putChecksum, putU64, u8, u16, u32 } from './bytes.ts';
import type { CommitPlan } from './commit-plan.ts';
import { continuationBytes, continuationMessage, prefixBytes, putNilMessage, rowsAt } from './messages.ts';

/** A block of messages (OHDR or OCHK) within one page, with room at its end. */
interface Block {
  readonly address: number;
  readonly bytes: Uint8Array;
  /** Where the NIL message begins that holds the room, all zeros: never less than a continuation takes. */
  roomAt: number;
  isWritten: boolean;
}

/** A message, which is asked for when it is written, and before for its length alone. */
export type MessageSource = () => Uint8Array;

/** A message of a header, for {@link ObjectHeader.renew}. */
export interface HeaderMessage {
  readonly source: MessageSource;
  /** Where it stands; undefined until it is written, and for one that is written once. */
  place: { readonly block: Block; readonly at: number } | undefined;
}

/** Signature, version, flags, size of the messages. */
const firstPrefixBytes = 8;
const nextPrefixBytes = 4;
const checksumBytes = 4;
/** libhdf5 reads the first block at one go when it is no larger. */
const handyBytes = 512;
const smallestNextBytes = 512;

/**
 * An object header, version 2: the messages that make an object, in a chain of blocks that grows at its end. What a
 * block has no room for goes into a further one, which is complete on the disk before the block that leads to it is
 * rewritten. A message too large for that stands in a block of its own that is written once.
 */
export class ObjectHeader {
  readonly address: number;
  readonly #allocation: Allocation;
  readonly #first: Block;
  #last: Block;
  #pending: HeaderMessage[] = [];
  #renewed = new Set<HeaderMessage>();
  #turned = new Set<HeaderMessage>();
  #rows: number | undefined;

  /** @param messages of these, those that the first block has no room for go into further ones */
  constructor(allocation: Allocation, messages: readonly MessageSource[], roomBytes: number) {
    this.#allocation = allocation;
    const overhead = firstPrefixBytes + checksumBytes;
    const wanted = messages.reduce((sum, message) => sum + message().length, overhead + continuationBytes);
    const sizeBytes = Math.min(Math.max(wanted, Math.min(wanted + roomBytes, handyBytes)), pageBytes);
    this.address = allocation.block('header', sizeBytes);
    const prefix = joined(ascii('OHDR'), u8(2, 0x01), u16(sizeBytes - overhead));
    this.#first = newBlock(this.address, prefix, sizeBytes);
    this.#last = this.#first;
    for (const message of messages) this.add(message);
  }

  add(source: MessageSource): HeaderMessage {
    const message: HeaderMessage = { source, place: undefined };
    this.#pending.push(message);
    return message;
  }

  /**
   * Has a message asked for again: it has changed, but not its length.
   *
   * @param isTurned whether it may change only when all else of the commit is on the disk
   */
  renew(message: HeaderMessage, isTurned: boolean): void {
    if (message.place === undefined) return;
    (isTurned ? this.#turned : this.#renewed).add(message);
  }

  /** @param rows what the first message, a growing dataspace, is to tell */
  write(plan: CommitPlan, rows?: number): void {
    const changed = new Set<Block>();
    for (const message of this.#pending) {
      message.place = this.#place(message.source(), plan, changed);
    }
    this.#pending = [];
    putAgain(this.#renewed, changed);
    if (rows !== this.#rows && rows !== undefined) {
      this.#rows = rows;
      putU64(this.#first.bytes, firstPrefixBytes + rowsAt, rows);
      changed.add(this.#first);
    }
    for (const block of changed) {
      putChecksum(block.bytes, block.bytes.length - checksumBytes);
      // What is turned later must not be seen now.
      const bytes = this.#turned.size === 0 ? block.bytes : block.bytes.slice();
      plan.write(block.isWritten ? 'visible' : 'hidden', block.address, bytes);
      block.isWritten = true;
    }
    if (this.#turned.size === 0) return;
    const turned = new Set<Block>();
    putAgain(this.#turned, turned);
    for (const block of turned) {
      putChecksum(block.bytes, block.bytes.length - checksumBytes);
      plan.write('turned', block.address, block.bytes);
    }
  }

  /** @returns where it stands, unless it stands in a block that is written once */
  #place(message: Uint8Array, plan: CommitPlan, changed: Set<Block>): HeaderMessage['place'] {
    if (fits(this.#last, message)) {
      changed.add(this.#last);
    } else if (nextPrefixBytes + message.length + continuationBytes + checksumBytes > pageBytes) {
      const bytes = joined(ascii('OCHK'), message, u32(0));
      putChecksum(bytes, bytes.length - checksumBytes);
      const address = this.#allocation.raw(bytes.length);
      plan.write('hidden', address, bytes);
      this.#place(continuationMessage(address, bytes.length, 0), plan, changed);
      return undefined;
    } else {
      const next = this.#append(message.length);
      changed.add(this.#last).add(next);
      this.#last = next;
    }
    const at = this.#last.roomAt;
    putMessage(this.#last, message);
    return { block: this.#last, at };
  }

  /** A new block, with the continuation that leads to it in place of the last one's room. */
  #append(messageBytes: number): Block {
    const needed = nextPrefixBytes + messageBytes + continuationBytes + checksumBytes;
    const doubled = this.#last === this.#first ? smallestNextBytes : 2 * this.#last.bytes.length;
    const sizeBytes = Math.min(Math.max(doubled, needed), pageBytes);
    const next = newBlock(this.#allocation.block('header', sizeBytes), ascii('OCHK'), sizeBytes);
    const rest = roomBytes(this.#last) - continuationBytes;
    const padding = rest < prefixBytes ? rest : 0;
    const { bytes, roomAt } = this.#last;
    bytes.set(continuationMessage(next.address, sizeBytes, padding), roomAt);
    if (rest >= prefixBytes) putNilMessage(bytes, roomAt + continuationBytes, rest);
    return next;
  }
}

function putAgain(messages: Set<HeaderMessage>, changed: Set<Block>): void {
  for (const { source, place } of messages) {
    if (place === undefined) continue;
    place.block.bytes.set(source(), place.at);
    changed.add(place.block);
  }
  messages.clear();
}

function newBlock(address: number, prefix: Uint8Array, sizeBytes: number): Block {
  const bytes = new Uint8Array(sizeBytes);
  bytes.set(prefix);
  const block = { address, bytes, roomAt: prefix.length, isWritten: false };
  putNilMessage(bytes, block.roomAt, roomBytes(block));
  return block;
}

function roomBytes({ bytes, roomAt }: Block): number {
  return bytes.length - checksumBytes - roomAt;
}

function fits(block: Block, message: Uint8Array): boolean {
  return roomBytes(block) - message.length >= continuationBytes;
}

function putMessage(block: Block, message: Uint8Array): void {
  block.bytes.set(message, block.roomAt);
  block.roomAt += message.length;
  putNilMessage(block.bytes, block.roomAt, roomBytes(block));
}
