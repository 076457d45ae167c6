import type { PlainCondition, PlainNotice, PlainOperation } from '../normalize.ts';
import type { BatchResult, Outcome } from '../store.ts';
import { asBuffer, latin1 } from './bytes.ts';
import type { Argument } from './connection.ts';

/** The keys and arguments of the batch script. */
export interface EncodedBatch {
  readonly keys: readonly Buffer[];
  readonly args: readonly Argument[];
}

export function encodeBatch(
  conditions: readonly PlainCondition[],
  operations: readonly PlainOperation[],
): EncodedBatch {
  const keys: Buffer[] = [];
  const indexes = new Map<string, string>();
  const indexOf = (key: Uint8Array): string => {
    const name = latin1(key);
    let index = indexes.get(name);
    if (index === undefined) {
      keys.push(asBuffer(key));
      index = String(keys.length);
      indexes.set(name, index);
    }
    return index;
  };
  const args: Argument[] = [String(conditions.length)];
  for (const condition of conditions) {
    args.push(condition.if, indexOf(condition.key), ...conditionArguments(condition));
  }
  args.push(String(operations.length));
  for (const operation of operations) {
    args.push(operation.do, indexOf(operation.key));
    const told = noticeArguments(operation.notice);
    args.push(...(told[0] === 'n' ? ['n'] : told));
    const own = operationArguments(operation);
    args.push(String(own.length));
    for (const argument of own) args.push(argument);
  }
  return { keys, args };
}

/** How, channel and text, as the scripts want them. */
export function noticeArguments(notice: PlainNotice | undefined): [Argument, Argument, Argument] {
  if (notice === undefined) return ['n', '', ''];
  return 'payload' in notice
    ? ['f', asBuffer(notice.channel), asBuffer(notice.payload)]
    : ['p', asBuffer(notice.channel), asBuffer(notice.prefix)];
}

/** An expiry as the scripts take it: '' for none. */
export function expiryArgument(expireMs: number | undefined): string {
  return expireMs === undefined ? '' : String(expireMs);
}

/** The last rank that `ZREMRANGEBYRANK key 0 …` removes when `keepLast` members stay. */
export function trimRank(keepLast: number): string {
  return String(-keepLast - 1);
}

export function trimBelow(below: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from('('), below]);
}

function conditionArguments(condition: PlainCondition): Argument[] {
  switch (condition.if) {
    case 'absent':
      return [];
    case 'equals':
      return [asBuffer(condition.value)];
    case 'field-absent':
      return [asBuffer(condition.field)];
    case 'field-equals':
      return [asBuffer(condition.field), asBuffer(condition.value)];
    case 'revision':
      return [String(condition.revision)];
  }
}

function operationArguments(operation: PlainOperation): Argument[] {
  switch (operation.do) {
    case 'set':
      return [asBuffer(operation.value), flag(operation.onlyIfAbsent), expiryArgument(operation.expireMs)];
    case 'set-field':
      return [asBuffer(operation.field), asBuffer(operation.value), flag(operation.onlyIfAbsent)];
    case 'delete-field':
      return [asBuffer(operation.field)];
    case 'trim':
      return [
        operation.below === undefined ? '' : trimBelow(operation.below),
        operation.keepLast === undefined ? '' : trimRank(operation.keepLast),
      ];
    case 'pop':
    case 'drain':
    case 'delete':
      return [];
    default:
      return operation.members.map(asBuffer);
  }
}

export function flag(set: boolean): string {
  return set ? '1' : '0';
}

/** What the batch script answered; `wrongKind` is the index of the operation that met a key of another kind. */
export function decodeBatch(
  operations: readonly PlainOperation[],
  reply: unknown,
): BatchResult | { readonly wrongKind: number } {
  const [state, content] = reply as [number, unknown];
  if (state === 2) return { wrongKind: content as number };
  if (state === 0) return { applied: false, failed: content as number };
  const outcomes = content as (number | [number, ...Buffer[]])[];
  return { applied: true, outcomes: operations.map((operation, i) => outcomeOf(operation, outcomes[i])) };
}

function outcomeOf(operation: PlainOperation, reply: number | [number, ...Buffer[]] | undefined): Outcome {
  if (typeof reply === 'number') return { changed: reply };
  const [changed, ...items] = reply as [number, ...Buffer[]];
  return operation.do === 'pop' || operation.do === 'drain'
    ? { changed, items }
    : { changed, found: items[0] };
}
