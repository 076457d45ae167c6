import { Float } from './exact-value.ts';
import { extendedFunctions } from './expression/extended-functions.ts';
import { expressionFault } from './expression/fault.ts';
import {
  constants,
  type ExpressionFunction,
  functions as standardFunctions,
} from './expression/functions.ts';
import { callMethod } from './expression/methods.ts';
import { type Node, parseExpression } from './expression/parser.ts';
import {
  arithmetic,
  asNumber,
  type Budget,
  compare,
  elementAt,
  type Fault,
  fieldOf,
  isTruthy,
  maxSteps,
  plain,
  sliceOf,
} from './expression/values.ts';
import { nearestName } from './nearest-name.ts';

export type { ExpressionFunction } from './expression/functions.ts';
export { isTruthy } from './expression/values.ts';

/** The values of the names of an expression. A name without a value is None. */
export type Names = Readonly<Record<string, unknown>>;

/** A compiled expression. @throws ALI_EXPRESSION when these values make no sense in it */
export type Expression = (names: Names) => unknown;

export interface ExpressionOptions {
  /** The names whose values the caller will give. They hide constants of the same name (`e`, `pi`). */
  readonly names: readonly string[];
  /** Functions in addition to the standard ones. */
  readonly functions?: Readonly<Record<string, ExpressionFunction>> | undefined;
  /**
   * The language of calibrations: also bits (`& | ^ ~ << >>`), maps (`{'a': 1}`, which become a Map), tuples (which
   * become lists, also without brackets), methods of text (`'1,2'.split(',')`), `math.` or `numpy.` before functions and
   * constants, more functions (expression/extended-functions.ts), and floats that stay floats: `2.0 * 3` gives
   * `float(6)`. Conditions leave it off: there `&` and a comma are mistakes.
   */
  readonly extended?: boolean | undefined;
}

/** Names that stand before functions and constants in the extended language, as in Python. */
const modules: ReadonlySet<string> = new Set(['math', 'numpy', 'np']);

/**
 * Compiles an expression in a small safe language that reads like Python: numbers, text, `True False None` (or
 * `true false null`), lists, comparison (also `1 < x <= 5`), `and or not` (or `&& || !`), `in`, `is`,
 * `+ - * / // % **`, `a if c else b`, `value[0]`, `value['a']`, `value[1:3]`, `value.field`, and the functions len, abs,
 * min, max, round, floor, ceil, sqrt, sin, cos, tan, exp, log, log10. Nothing else can be reached from it: no method, no
 * prototype, no global. Length, depth, the work of an evaluation and the size of its results are bounded.
 *
 * Numbers are 64-bit floats; a bigint stays exact with whole numbers, and compares exactly with every number.
 *
 * @throws ALI_EXPRESSION with the column and a caret, for a text that does not parse or an unknown name
 * @example
 * const isHot = compileExpression('value > 30 and time is not None', { names: ['value', 'time'] });
 * isHot({ value: 31.5, time: 1700000000 }); // true
 */
export function compileExpression(source: string, options: ExpressionOptions): Expression {
  const compiler = new Compiler(source, options);
  const evaluate = compiler.compile(parseExpression(source, options.extended));
  return (names) => evaluate({ names, budget: { steps: maxSteps } });
}

/** As {@link compileExpression}, for a yes or no: the truth of the result, as Python has it. */
export function compileCondition(source: string, options: ExpressionOptions): (names: Names) => boolean {
  const evaluate = compileExpression(source, options);
  return (names) => isTruthy(evaluate(names));
}

interface Scope {
  readonly names: Names;
  readonly budget: Budget;
}
type Step = (scope: Scope) => unknown;

class Compiler {
  readonly #source: string;
  readonly #names: ReadonlySet<string>;
  /** Those of the caller go before ours. */
  readonly #functions: readonly Readonly<Record<string, ExpressionFunction>>[];
  readonly #extended: boolean;

  constructor(source: string, options: ExpressionOptions) {
    this.#source = source;
    this.#names = new Set(options.names);
    this.#extended = options.extended ?? false;
    this.#functions = [
      options.functions ?? {},
      ...(this.#extended ? [extendedFunctions] : []),
      standardFunctions,
    ];
  }

  compile(node: Node): Step {
    const fault: Fault = (problem) => {
      throw expressionFault(this.#source, node.at, problem);
    };
    switch (node.node) {
      case 'constant': {
        const value = node.isFloat && this.#extended ? new Float(Number(node.value)) : node.value;
        return () => value;
      }
      case 'name':
        return this.#name(node.name, fault);
      case 'list': {
        const items = node.items.map((item) => this.compile(item));
        return (scope) => items.map((item) => item(scope));
      }
      case 'map': {
        const entries = node.entries.map(([key, value]) => [this.compile(key), this.compile(value)] as const);
        return (scope) => new Map(entries.map(([key, value]) => [key(scope), value(scope)]));
      }
      case 'invert': {
        const operand = this.compile(node.operand);
        return (scope) => arithmetic('-', -1, arithmetic('|', number(operand(scope)), 0, fault), fault);
      }
      case 'method':
        return this.#method(node, fault);
      case 'not': {
        const operand = this.compile(node.operand);
        return (scope) => !isTruthy(operand(scope));
      }
      case 'sign': {
        const operand = this.compile(node.operand);
        return (scope) => {
          const given = operand(scope);
          const value = asNumber(number(given), fault);
          return floatIf(given instanceof Float, node.negative ? -value : value);
        };
      }
      case 'arithmetic': {
        const left = this.compile(node.left);
        const right = this.compile(node.right);
        return (scope) => {
          const a = left(scope);
          const b = right(scope);
          const isFloat =
            a instanceof Float || b instanceof Float || (node.operator === '/' && this.#extended);
          return floatIf(isFloat, arithmetic(node.operator, number(a), number(b), fault));
        };
      }
      case 'logic': {
        const left = this.compile(node.left);
        const right = this.compile(node.right);
        return (scope) => {
          const value = left(scope);
          return isTruthy(value) === (node.operator === 'or') ? value : right(scope);
        };
      }
      case 'compare':
        return this.#compare(node);
      case 'choice': {
        const condition = this.compile(node.condition);
        const then = this.compile(node.then);
        const otherwise = this.compile(node.otherwise);
        return (scope) => (isTruthy(condition(scope)) ? then(scope) : otherwise(scope));
      }
      case 'call':
        return this.#call(node.name, node.operands, fault);
      case 'index': {
        const target = this.compile(node.target);
        const index = this.compile(node.index);
        return (scope) => element(elementAt(target(scope), number(index(scope)), fault));
      }
      case 'slice': {
        const target = this.compile(node.target);
        const start = node.start && this.compile(node.start);
        const end = node.end && this.compile(node.end);
        return (scope) => sliceOf(target(scope), number(start?.(scope)), number(end?.(scope)), fault);
      }
      case 'field': {
        if (this.#isModule(node.target)) return this.#name(node.name, fault);
        const target = this.compile(node.target);
        return (scope) => plain(fieldOf(target(scope), node.name, fault));
      }
    }
  }

  #isModule(node: Node): boolean {
    return this.#extended && node.node === 'name' && modules.has(node.name) && !this.#names.has(node.name);
  }

  #method(node: Node & { readonly node: 'method' }, fault: Fault): Step {
    if (this.#isModule(node.target)) return this.#call(node.name, node.operands, fault);
    const target = this.compile(node.target);
    const operands = node.operands.map((operand) => this.compile(operand));
    return (scope) =>
      callMethod(
        target(scope),
        node.name,
        operands.map((operand) => number(operand(scope))),
        scope.budget,
        fault,
      );
  }

  #name(name: string, fault: Fault): Step {
    if (this.#names.has(name)) {
      return ({ names }) => plain(Object.hasOwn(names, name) ? names[name] : null);
    }
    if (Object.hasOwn(constants, name)) return () => constants[name];
    if (this.#functionNamed(name) !== undefined) return fault(`'${name}' is a function: write ${name}(…)`);
    return fault(`there is no name '${name}' here; there is ${[...this.#names].join(', ') || 'none'}`);
  }

  #functionNamed(name: string): ExpressionFunction | undefined {
    return this.#functions.find((record) => Object.hasOwn(record, name))?.[name];
  }

  #call(name: string, operandNodes: readonly Node[], fault: Fault): Step {
    const known = this.#functionNamed(name);
    if (known === undefined) {
      const names = this.#functions.flatMap((record) => Object.keys(record));
      const nearest = nearestName(name, names);
      const hint = nearest === undefined ? `there is ${names.join(', ')}` : `did you mean '${nearest}'?`;
      return fault(`there is no function '${name}'; ${hint}`);
    }
    const { minOperands, maxOperands } = known;
    if (operandNodes.length < minOperands || operandNodes.length > maxOperands) {
      const wanted = minOperands === maxOperands ? `${minOperands}` : `${minOperands} to ${maxOperands}`;
      return fault(
        `${name}() takes ${wanted} operand${wanted === '1' ? '' : 's'}, not ${operandNodes.length}`,
      );
    }
    const operands = operandNodes.map((operand) => this.compile(operand));
    return (scope) => {
      const given = operands.map((operand) => operand(scope));
      const result = known.call(given.map(number), fault, scope.budget);
      const isFloat = known.float === 'always' || (known.float === 'as-operands' && given.some(hasFloat));
      return floatIf(isFloat && this.#extended, result);
    };
  }

  #compare(node: Node & { readonly node: 'compare' }): Step {
    const first = this.compile(node.first);
    const rest = node.rest.map(({ operator, operand, at }) => {
      const fault: Fault = (problem) => {
        throw expressionFault(this.#source, at, problem);
      };
      return { operator, operand: this.compile(operand), fault };
    });
    return (scope) => {
      let left = number(first(scope));
      for (const { operator, operand, fault } of rest) {
        const right = number(operand(scope));
        if (!compare(operator, left, right, scope.budget, fault)) return false;
        left = right;
      }
      return true;
    };
  }
}

/** The number of a float; anything else as it is. Only the extended language has floats. */
function number(value: unknown): unknown {
  return value instanceof Float ? value.value : value;
}

/** An element of a list or map in plain form, where a float stays one. */
function element(value: unknown): unknown {
  return value instanceof Float ? value : plain(value);
}

function floatIf(isFloat: boolean, value: unknown): unknown {
  return isFloat && typeof value === 'number' ? new Float(value) : value;
}

/** Whether an operand is a float, or a list with one. */
function hasFloat(value: unknown): boolean {
  return value instanceof Float || (Array.isArray(value) && value.some((item) => item instanceof Float));
}
