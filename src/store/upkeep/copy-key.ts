import { AlidadeError } from '../../shared/errors.ts';
import { keyText } from '../key.ts';
import type { Operation, Space } from '../store.ts';
import { contentOf, isSame, type Part, type Summary, Summing, summaryOf } from './content.ts';

export interface KeyCopy {
  /**
   * `same`: the target had it already. `gone`: deleted or expired before its turn came. `foreign`: of a kind that only
   * Redis has. `mortal`: it was copied, but as one that never expires, because only values can.
   */
  readonly outcome: 'copied' | 'same' | 'gone' | 'foreign' | 'mortal';
  readonly summary: Summary | undefined;
}

export interface CopyKeyOptions {
  /** Replace what the target has under this key, where it differs. */
  readonly overwrite: boolean;
  /** Told after each part; what it throws ends the copy. */
  readonly onPart: (part: Part) => void;
}

/** What one batch carries. */
const batchBytes = 1024 * 1024;
const batchElements = 4096;

/**
 * Copies one key with its expiry, and reads it back: the copy holds what was read, by count and checksum.
 *
 * @throws ALI_COPY_DIFFERS when it does not, and what the spaces throw
 */
export async function copyKey(
  from: Space,
  to: Space,
  key: Uint8Array,
  options: CopyKeyOptions,
): Promise<KeyCopy> {
  if (options.overwrite) {
    const there = await summaryOf(to, key);
    const summary = there === undefined ? undefined : await summaryOf(from, key);
    if (summary !== undefined && isSame(there, summary)) return { outcome: 'same', summary };
  }
  const summing = new Summing();
  const readAtMs = performance.now();
  let expiryMs: number | undefined;
  let mustDelete = options.overwrite;
  const parts = contentOf(from, key);
  for (let next = await parts.next(); ; next = await parts.next()) {
    if (next.done === true) {
      if (next.value === 'other') return { outcome: 'foreign', summary: undefined };
      break;
    }
    const part = next.value;
    expiryMs = part.expiryMs;
    await write(to, key, part, mustDelete);
    mustDelete = false;
    summing.add(part);
    options.onPart(part);
  }
  const summary = summing.end();
  if (summary === undefined) return { outcome: 'gone', summary };
  const mortal = expiryMs !== undefined && summary.kind !== 'value';
  const wanted = mortal ? { ...summary, expires: false } : summary;
  const written = await summaryOf(to, key);
  if (!isSame(wanted, written)) {
    const lived = performance.now() - readAtMs;
    if (written === undefined && expiryMs !== undefined && lived >= expiryMs) {
      return { outcome: 'gone', summary: undefined };
    }
    throw differs(to, key, summary, written);
  }
  return { outcome: mortal ? 'mortal' : 'copied', summary };
}

function differs(to: Space, key: Uint8Array, wanted: Summary, written: Summary | undefined): AlidadeError {
  const shown = (summary: Summary | undefined) =>
    summary === undefined
      ? 'nothing'
      : `a ${summary.kind} of ${summary.count} (${summary.bytes} bytes, checksum ${summary.checksum.slice(0, 8)}…)`;
  return new AlidadeError(
    'ALI_COPY_DIFFERS',
    `${to.location}: key ${JSON.stringify(keyText(key))} holds ${shown(written)} after ${shown(wanted)} was written. See that nothing else writes to the target, and copy again with --overwrite.`,
  );
}

/** Writes a part in batches; the first also clears the way. */
async function write(to: Space, key: Uint8Array, part: Part, mustDelete: boolean): Promise<void> {
  let first = mustDelete;
  for (const elements of chunks(part.elements, part.kind === 'hash' ? 2 : 1)) {
    const operations = operationsFor(key, part, elements);
    await to.batch([], first ? [{ do: 'delete', key }, ...operations] : operations);
    first = false;
  }
}

function operationsFor(
  key: Uint8Array,
  { kind, expiryMs }: Part,
  elements: readonly Uint8Array[],
): Operation[] {
  switch (kind) {
    case 'value':
      // One that is about to end must not become one that never does.
      return [
        {
          do: 'set',
          key,
          value: elements[0] as Uint8Array,
          expireMs: expiryMs && Math.max(1, Math.ceil(expiryMs)),
        },
      ];
    case 'hash':
      return Array.from({ length: elements.length / 2 }, (_, i) => ({
        do: 'set-field',
        key,
        field: elements[2 * i] as Uint8Array,
        value: elements[2 * i + 1] as Uint8Array,
      }));
    case 'series':
      return [{ do: 'add', key, members: elements }];
    case 'set':
      return [{ do: 'set-add', key, members: elements }];
    case 'list':
      return [{ do: 'push', key, items: elements }];
  }
}

function* chunks(elements: readonly Uint8Array[], step: number): Generator<readonly Uint8Array[]> {
  let start = 0;
  let bytes = 0;
  for (let i = 0; i < elements.length; i += step) {
    const size = (elements[i]?.length ?? 0) + (step === 2 ? (elements[i + 1]?.length ?? 0) : 0);
    if (i > start && (bytes + size > batchBytes || i - start >= batchElements)) {
      yield elements.slice(start, i);
      start = i;
      bytes = 0;
    }
    bytes += size;
  }
  if (start < elements.length) yield elements.slice(start);
}
