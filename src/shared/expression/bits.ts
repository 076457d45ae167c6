import type { BitOperator } from './parser.ts';
import type { Fault } from './values.ts';

const maxShift = 1024n;
const operators: ReadonlySet<string> = new Set(['&', '|', '^', '<<', '>>']);

export function isBitOperator(operator: string): operator is BitOperator {
  return operators.has(operator);
}

/** `& | ^ << >>` on whole numbers, which are as wide as they need to be: negative ones have ones without end above. */
export function onBits(operator: BitOperator, a: bigint, b: bigint, fault: Fault): bigint {
  switch (operator) {
    case '&':
      return a & b;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    default:
      if (b < 0n || b > maxShift) return fault(`bits are shifted by 0 to ${maxShift} places`);
      return operator === '<<' ? a << b : a >> b;
  }
}
