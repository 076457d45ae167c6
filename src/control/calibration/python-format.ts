import { AlidadeError } from '../../shared/errors.ts';
import { Float } from '../../shared/exact-value.ts';
import { fixedText } from '../../shared/python-text.ts';
import { pythonRepr, pythonStr } from './python-value.ts';

const maxWidth = 1000;
const maxPrecision = 60;
/** Of a whole number: longer ones than a float can be are no readings, and take long to write. */
const maxBits = 1100n;

type Piece = string | { readonly asRepr: boolean; readonly specification: Specification };

interface Specification {
  readonly fill: string;
  readonly align: string | undefined;
  readonly sign: string;
  readonly isAlternate: boolean;
  readonly width: number;
  readonly grouping: string;
  readonly precision: number | undefined;
  readonly type: string;
}

/**
 * Compiles a template of Python's `str.format` for one value: `{}` and `{0}`, with `!r`, `!s` and a format
 * (`{:.3f}`, `{:>8}`, `{:04x}`); `{{` and `}}` stand for braces. Nothing of the value can be reached but its text.
 *
 * @throws ALI_EXPRESSION for a template that is malformed or names another value than the first; the function that
 * comes back throws it for a value that has no such format
 * @example
 * compileFormat('{:.1f} V')(2); // '2.0 V'
 */
export function compileFormat(template: string): (value: unknown) => string {
  const pieces = parse(template);
  return (value) =>
    pieces
      .map((piece) => {
        if (typeof piece === 'string') return piece;
        return formatted(piece.asRepr ? pythonRepr(value) : value, piece.specification, template);
      })
      .join('');
}

function parse(template: string): Piece[] {
  const pieces: Piece[] = [];
  let automatic = 0;
  let rest = template;
  while (rest !== '') {
    const text = /^(?:[^{}]|\{\{|\}\})+/.exec(rest)?.[0];
    if (text !== undefined) {
      pieces.push(text.replaceAll('{{', '{').replaceAll('}}', '}'));
      rest = rest.slice(text.length);
      continue;
    }
    const field = /^\{(\d*)(?:!([rsa]))?(?::([^{}]*))?\}/.exec(rest);
    if (field === null) {
      throw fault(template, "a brace stands alone; '{}' is the place of the value, '{{' and '}}' are braces");
    }
    const number = field[1] === '' ? automatic++ : Number(field[1]);
    if (number > 0) throw fault(template, "it has a place for a second value; '{0}' is the value each time");
    pieces.push({
      asRepr: field[2] === 'r' || field[2] === 'a',
      specification: specificationOf(field[3] ?? '', template),
    });
    rest = rest.slice(field[0].length);
  }
  return pieces;
}

function specificationOf(text: string, template: string): Specification {
  const match =
    /^(?:(.)?([<>=^]))?([+ -])?(#)?(0)?(\d{1,4})?([,_])?(?:\.(\d{1,3}))?([bcdeEfFgGnosxX%])?$/su.exec(text);
  if (match === null) throw fault(template, `'${text}' is no format`);
  const [, fill, align, sign, alternate, zero, width, grouping, precision, type] = match;
  const specification = {
    fill: fill ?? (zero === undefined ? ' ' : '0'),
    align: align ?? (zero === undefined ? undefined : '='),
    sign: sign ?? '-',
    isAlternate: alternate !== undefined,
    width: Number(width ?? 0),
    grouping: grouping ?? '',
    precision: precision === undefined ? undefined : Number(precision),
    type: type ?? '',
  };
  if (specification.width > maxWidth || (specification.precision ?? 0) > maxPrecision) {
    throw fault(
      template,
      `a width is at most ${maxWidth} and a precision at most ${maxPrecision}, unlike in '${text}'`,
    );
  }
  return specification;
}

function formatted(value: unknown, wanted: Specification, template: string): string {
  const isPlain =
    wanted.type === '' && wanted.precision === undefined && wanted.grouping === '' && wanted.sign === '-';
  if (isPlain && (value instanceof Float || typeof value === 'number'))
    return padded('', pythonRepr(value), wanted, wanted.align ?? '>');
  if (value instanceof Float) return numberText(value.value, wanted, template);
  if (typeof value === 'number' || typeof value === 'bigint') return numberText(value, wanted, template);
  if (typeof value === 'boolean' && wanted.type !== '' && wanted.type !== 's')
    return numberText(Number(value), wanted, template);
  if (wanted.type !== '' && wanted.type !== 's') {
    throw fault(
      template,
      `'${wanted.type}' is the format of a number, and the value is ${pythonRepr(value)}`,
    );
  }
  const text = pythonStr(value);
  const cut = wanted.precision === undefined ? text : text.slice(0, wanted.precision);
  return padded('', cut, wanted, wanted.align ?? '<');
}

function numberText(value: number | bigint, wanted: Specification, template: string): string {
  const isNegative = value < 0 || Object.is(value, -0);
  const size = isNegative ? -value : value;
  const sign = isNegative ? '-' : wanted.sign.replace('-', '');
  const digits = digitsOf(size, wanted, template);
  return padded(sign + digits.prefix, digits.text, wanted, wanted.align ?? '>');
}

const wholeTypes: Readonly<Record<string, readonly [base: number, prefix: string]>> = {
  d: [10, ''],
  n: [10, ''],
  b: [2, '0b'],
  o: [8, '0o'],
  x: [16, '0x'],
  X: [16, '0X'],
};

function digitsOf(
  size: number | bigint,
  wanted: Specification,
  template: string,
): { prefix: string; text: string } {
  const whole = wholeTypes[wanted.type];
  if (whole !== undefined) {
    if (typeof size === 'number' && !Number.isInteger(size)) {
      throw fault(template, `'${wanted.type}' is the format of a whole number, and the value is ${size}`);
    }
    const exact = BigInt(size);
    if (exact >> maxBits !== 0n) throw fault(template, `the value has more than ${maxBits} bits`);
    const digits = exact.toString(whole[0]);
    const text = grouped(wanted.type === 'X' ? digits.toUpperCase() : digits, wanted.grouping);
    return { prefix: wanted.isAlternate ? whole[1] : '', text };
  }
  if (wanted.type === 's' || wanted.type === 'c')
    throw fault(template, `'${wanted.type}' is no format of a number`);
  if (typeof size === 'number' && !Number.isFinite(size)) return { prefix: '', text: pythonStr(size) };
  return { prefix: '', text: grouped(floatText(size, wanted), wanted.grouping) };
}

function floatText(size: number | bigint, { type, precision }: Specification): string {
  const number = Number(size);
  switch (type) {
    case 'f':
    case 'F':
      return number < 1e21 ? fixedText(number, precision ?? 6) : BigInt(number).toString();
    case '%':
      return `${fixedText(number * 100, precision ?? 6)}%`;
    case 'e':
    case 'E': {
      const text = exponential(number, precision ?? 6);
      return type === 'E' ? text.toUpperCase() : text;
    }
    case 'g':
    case 'G': {
      const text = general(number, Math.max(1, precision ?? 6));
      return type === 'G' ? text.toUpperCase() : text;
    }
    default:
      return precision === undefined ? pythonStr(size) : general(number, Math.max(1, precision));
  }
}

function exponential(number: number, digits: number): string {
  const [mantissa = '', power = ''] = number.toExponential(digits).split('e');
  return `${mantissa}e${power.startsWith('-') ? '-' : '+'}${power.slice(1).padStart(2, '0')}`;
}

/** As `%g`: so many digits in all, with an exponent for what is large or small, and no zeros at the end. */
function general(number: number, digits: number): string {
  if (number === 0) return '0';
  const exponent = Number(number.toExponential(digits - 1).split('e')[1]);
  if (exponent < -4 || exponent >= digits) return exponential(number, digits - 1).replace(/\.?0*e/, 'e');
  const text = number.toFixed(Math.max(0, digits - 1 - exponent));
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function grouped(digits: string, sign: string): string {
  return sign === '' ? digits : digits.replace(/\d(?=(?:\d{3})+(?!\d))(?<!\.\d*)/g, `$&${sign}`);
}

function padded(lead: string, text: string, { fill, width }: Specification, align: string): string {
  const missing = Math.max(0, width - lead.length - text.length);
  if (align === '<') return lead + text + fill.repeat(missing);
  if (align === '=') return lead + fill.repeat(missing) + text;
  if (align === '>') return fill.repeat(missing) + lead + text;
  const before = Math.floor(missing / 2);
  return fill.repeat(before) + lead + text + fill.repeat(missing - before);
}

function fault(template: string, problem: string): AlidadeError {
  const shown = template.length > 200 ? `${template.slice(0, 200)}…` : template;
  return new AlidadeError('ALI_EXPRESSION', `the format ${JSON.stringify(shown)}: ${problem}`);
}
