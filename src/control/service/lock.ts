import { randomBytes, randomUUID } from 'node:crypto';
import type { Dialect, SenderInfo } from '../message.ts';

/** Who alone may command an endpoint. A courtesy between people, not a protection: v1 and v2 tell anybody the key. */
export class Lock {
  #key: string | undefined;
  #locker: SenderInfo | undefined;

  get isLocked(): boolean {
    return this.#key !== undefined;
  }

  /** Without dashes. */
  get key(): string | undefined {
    return this.#key;
  }

  get locker(): SenderInfo | undefined {
    return this.#locker;
  }

  lock(key: string, locker: SenderInfo): void {
    this.#key = withoutDashes(key);
    this.#locker = locker;
  }

  unlock(): void {
    this.#key = undefined;
    this.#locker = undefined;
  }

  /** Whether somebody with this key may command. */
  admits(key: string): boolean {
    return this.#key === undefined || this.#key === withoutDashes(key);
  }
}

/** A key for somebody who locks without one. */
export function newKey(dialect: Dialect): string {
  return dialect === 'v3' ? randomUUID() : randomBytes(16).toString('hex');
}

export function withoutDashes(key: string): string {
  return key.replaceAll('-', '');
}

/**
 * A key of v3 in its one form, `01234567-89ab-cdef-0123-456789abcdef`: a UUID with all or none of its dashes, in braces
 * or not, in any case. Undefined if it is none.
 */
export function canonicalUuid(text: string): string | undefined {
  const bare = /^\{.*\}$/.test(text) ? text.slice(1, -1) : text;
  const parts = /^([\da-f]{8})(-?)([\da-f]{4})\2([\da-f]{4})\2([\da-f]{4})\2([\da-f]{12})$/i.exec(bare);
  if (parts === null) return undefined;
  const [, a, , b, c, d, e] = parts;
  return `${a}-${b}-${c}-${d}-${e}`.toLowerCase();
}
