import { AlidadeError } from '../errors.ts';

const windowLength = 64;

/**
 * The error of a place in an expression: the problem, the column (from 1), and the text with a caret under the place.
 * Of a long text only the surroundings are shown.
 */
export function expressionFault(source: string, at: number, problem: string): AlidadeError {
  const start = Math.max(0, Math.min(at - windowLength / 2, source.length - windowLength));
  const shown = source.slice(start, start + windowLength).replace(/\p{Cc}/gu, ' ');
  const before = start > 0 ? '…' : '';
  const after = start + windowLength < source.length ? '…' : '';
  // A character outside the basic plane is two units long and one column wide.
  const column = before.length + [...shown.slice(0, at - start)].length;
  return new AlidadeError(
    'ALI_EXPRESSION',
    `${problem}, at column ${at + 1}\n  ${before}${shown}${after}\n  ${' '.repeat(column)}^`,
  );
}
