import { Float } from '../../shared/exact-value.ts';
import type { Answer } from '../value.ts';

/** A number with a point or an exponent, but not the digits of a hexadecimal one. */
const floatLiteral = /(?<![\w.])(?:\d[\d_]*\.[\d_]*|\.\d[\d_]*|\d[\d_]*(?=[eE]))(?:[eE][-+]?\d+)?/;
/** What gives a float whatever it is given. */
const division = /(?<!\/)\/(?!\/)/;
const floatNames =
  /\b(?:pi|e|tau|inf|nan|float|sqrt|cbrt|exp\w*|log\w*|a?(?:rc)?(?:sin|cos|tan)(?:h|2)?|degrees|radians|deg2rad|rad2deg|hypot|fabs|fmod|ceil|floor|trunc|round|rint|mean|interp|polyval|linspace)\b/;
/** The whole is a call of what gives an integer, or of what gives text. */
const integerCall =
  /^\s*(?:int|len|bool|ord|hex|str|factorial)\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\s*$/;

/**
 * Whether Python gives a float for an expression, as far as its text tells: where one goes in, one comes out. It decides
 * no more than whether 3 is written as `3.0`.
 *
 * @param functions names of functions that give floats, such as `times3`
 */
export function givesFloat(expression: string, functions: readonly string[]): boolean {
  const code = expression.replace(/'[^']*'|"[^"]*"/g, '""');
  if (integerCall.test(code)) return false;
  return (
    floatLiteral.test(code) ||
    division.test(code) ||
    floatNames.test(code) ||
    functions.some((name) => new RegExp(`\\b${name}\\b`).test(code))
  );
}

/** A number as the float that it is. */
export function asFloat(value: Answer): Answer {
  return typeof value === 'number' && Number.isInteger(value) ? new Float(value) : value;
}
