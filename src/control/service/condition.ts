import { messageOf } from '../../shared/errors.ts';
import { type ExactValue, plainValue } from '../../shared/exact-value.ts';
import type { Request } from '../message.ts';
import type { Value } from '../value.ts';
import type { Seat } from './seat.ts';

/**
 * Tells an endpoint, and all that it groups, which condition the laboratory is in. Each of the others is told in turn
 * with its own requests, so that one which hangs holds up nobody: the answer does not wait for them. It is told however
 * late that is, because the condition still holds.
 *
 * @returns false when none of them has anything to do in a condition
 */
export async function setCondition(
  seat: Seat,
  request: Request,
  values: readonly ExactValue[],
): Promise<boolean> {
  const condition = plainValue(values[0] ?? null);
  let isAny = false;
  const tell = ({ children }: Seat) => {
    for (const child of children) {
      if (child.endpoint.onCondition !== undefined) {
        isAny = true;
        const isTaken = child.queue.add({ run: () => tellOne(child, condition, request) });
        if (!isTaken) failed(child, condition, 'too much waits for it already');
      }
      tell(child);
    }
  };
  tell(seat);
  if (seat.endpoint.onCondition === undefined) return isAny;
  await seat.endpoint.onCondition(condition, request);
  return true;
}

async function tellOne(
  { endpoint }: Pick<Seat, 'endpoint'>,
  condition: Value,
  request: Request,
): Promise<void> {
  try {
    await endpoint.onCondition?.(condition, request);
  } catch (error) {
    failed({ endpoint }, condition, messageOf(error));
  }
}

function failed({ endpoint }: Pick<Seat, 'endpoint'>, condition: Value, problem: string): void {
  const said = JSON.stringify(condition, (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  endpoint.context.log.error(`${endpoint.name}: set_condition ${said} failed: ${problem}`);
}
