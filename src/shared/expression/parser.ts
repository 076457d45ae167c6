import { expressionFault } from './fault.ts';
import { type Token, tokenize } from './tokens.ts';

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**' | BitOperator;
export type BitOperator = '&' | '|' | '^' | '<<' | '>>';
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in' | 'is' | 'is not';

/** An expression as a tree. `at` is where errors of the node point to. */
export type Node = { readonly at: number } & (
  | { readonly node: 'constant'; readonly value: number | bigint | string; readonly isFloat: boolean }
  | { readonly node: 'name'; readonly name: string }
  | { readonly node: 'list'; readonly items: readonly Node[] }
  | { readonly node: 'map'; readonly entries: readonly (readonly [key: Node, value: Node])[] }
  | { readonly node: 'not'; readonly operand: Node }
  | { readonly node: 'invert'; readonly operand: Node }
  | { readonly node: 'sign'; readonly negative: boolean; readonly operand: Node }
  | {
      readonly node: 'arithmetic';
      readonly operator: ArithmeticOperator;
      readonly left: Node;
      readonly right: Node;
    }
  | { readonly node: 'logic'; readonly operator: 'and' | 'or'; readonly left: Node; readonly right: Node }
  /** `a < b <= c`: every neighbouring pair must hold, each operand is evaluated once. */
  | { readonly node: 'compare'; readonly first: Node; readonly rest: readonly Comparison[] }
  | { readonly node: 'choice'; readonly condition: Node; readonly then: Node; readonly otherwise: Node }
  | { readonly node: 'call'; readonly name: string; readonly operands: readonly Node[] }
  | {
      readonly node: 'method';
      readonly target: Node;
      readonly name: string;
      readonly operands: readonly Node[];
    }
  | { readonly node: 'index'; readonly target: Node; readonly index: Node }
  | {
      readonly node: 'slice';
      readonly target: Node;
      readonly start: Node | undefined;
      readonly end: Node | undefined;
    }
  | { readonly node: 'field'; readonly target: Node; readonly name: string }
);

export interface Comparison {
  readonly operator: CompareOperator;
  readonly operand: Node;
  readonly at: number;
}

/** Characters of an expression at most. It also bounds how deep a chain of operators without brackets can be. */
export const maxLength = 2000;
const maxDepth = 50;

const keywords: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in', 'is', 'if', 'else']);
const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);

/**
 * Parses an expression, with Python's precedence: `x if c else y`, `or`, `and`, `not`, comparisons, `+ -`,
 * `* / // %`, signs and `!`, `**`, then calls, indices and fields. The extended language has `|`, `^`, `&` and `<< >>`
 * between comparisons and sums, `~` beside the signs, maps, methods, and tuples, which are lists.
 *
 * @throws ALI_EXPRESSION
 */
export function parseExpression(source: string, extended = false): Node {
  if (source.length > maxLength) {
    throw expressionFault(source, maxLength, `an expression has at most ${maxLength} characters`);
  }
  return new Parser(source, extended).parse();
}

class Parser {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  readonly #extended: boolean;
  #next = 0;
  #depth = 0;

  constructor(source: string, extended: boolean) {
    this.#source = source;
    this.#tokens = tokenize(source, extended);
    this.#extended = extended;
  }

  parse(): Node {
    const whole = this.#extended ? this.#tuple('end') : this.#choice();
    const rest = this.#peek();
    if (rest.kind !== 'end')
      throw this.#fault(rest.at, `the expression should have ended before ${describe(rest)}`);
    return whole;
  }

  #choice(): Node {
    return this.#deeper(() => {
      const then = this.#or();
      const at = this.#peek().at;
      if (!this.#takeWord('if')) return then;
      const condition = this.#or();
      if (!this.#takeWord('else')) throw this.#expected("'else'");
      return { node: 'choice', at, condition, then, otherwise: this.#choice() };
    });
  }

  /** A value, or, where commas follow, the list of a tuple, up to the closing sign or the end. */
  #tuple(close: ')' | 'end'): Node {
    const at = this.#peek().at;
    const isEnd = () => {
      const token = this.#peek();
      return token.kind === 'end' || (token.kind === 'operator' && token.text === close);
    };
    if (close === ')' && isEnd()) return { node: 'list', at, items: [] };
    const first = this.#choice();
    if (!this.#takeSign(',')) return first;
    const items = [first];
    while (!isEnd()) {
      items.push(this.#choice());
      if (!isEnd() && !this.#takeSign(',')) break;
    }
    return { node: 'list', at, items };
  }

  #or(): Node {
    let left = this.#and();
    for (;;) {
      const at = this.#peek().at;
      if (!this.#takeWord('or') && !this.#takeSign('||')) return left;
      left = { node: 'logic', operator: 'or', at, left, right: this.#and() };
    }
  }

  #and(): Node {
    let left = this.#not();
    for (;;) {
      const at = this.#peek().at;
      if (!this.#takeWord('and') && !this.#takeSign('&&')) return left;
      left = { node: 'logic', operator: 'and', at, left, right: this.#not() };
    }
  }

  #not(): Node {
    const at = this.#peek().at;
    if (!this.#takeWord('not')) return this.#comparison();
    return this.#deeper(() => ({ node: 'not', at, operand: this.#not() }));
  }

  #comparison(): Node {
    const first = this.#bits();
    const rest: Comparison[] = [];
    for (;;) {
      const at = this.#peek().at;
      const operator = this.#takeComparison();
      if (operator === undefined)
        return rest.length === 0 ? first : { node: 'compare', at: first.at, first, rest };
      rest.push({ operator, at, operand: this.#bits() });
    }
  }

  #takeComparison(): CompareOperator | undefined {
    const token = this.#peek();
    if (token.kind === 'operator' && comparisons.has(token.text)) {
      this.#next += 1;
      return token.text as CompareOperator;
    }
    if (this.#takeWord('in')) return 'in';
    if (this.#takeWord('is')) return this.#takeWord('not') ? 'is not' : 'is';
    if (this.#takeWord('not')) {
      if (this.#takeWord('in')) return 'not in';
      throw this.#expected("'in'");
    }
    return undefined;
  }

  /** Without the extended language these signs are no words, and this is a sum. */
  #bits(): Node {
    const shifts = () => this.#chain(['<<', '>>'], () => this.#sum());
    const ands = () => this.#chain(['&'], shifts);
    return this.#chain(['|'], () => this.#chain(['^'], ands));
  }

  #sum(): Node {
    return this.#chain(['+', '-'], () => this.#product());
  }

  #product(): Node {
    return this.#chain(['*', '/', '//', '%'], () => this.#signed());
  }

  #chain(operators: readonly ArithmeticOperator[], operand: () => Node): Node {
    let left = operand();
    for (;;) {
      const at = this.#peek().at;
      const operator = operators.find((candidate) => this.#takeSign(candidate));
      if (operator === undefined) return left;
      left = { node: 'arithmetic', operator, at, left, right: operand() };
    }
  }

  #signed(): Node {
    const at = this.#peek().at;
    if (this.#takeSign('!')) return this.#deeper(() => ({ node: 'not', at, operand: this.#signed() }));
    if (this.#takeSign('~')) return this.#deeper(() => ({ node: 'invert', at, operand: this.#signed() }));
    const negative = this.#takeSign('-');
    if (!negative && !this.#takeSign('+')) return this.#power();
    return this.#deeper(() => ({ node: 'sign', at, negative, operand: this.#signed() }));
  }

  #power(): Node {
    const left = this.#postfix();
    const at = this.#peek().at;
    if (!this.#takeSign('**')) return left;
    return this.#deeper(() => ({ node: 'arithmetic', operator: '**', at, left, right: this.#signed() }));
  }

  #postfix(): Node {
    let target = this.#operand();
    for (;;) {
      const at = this.#peek().at;
      if (this.#takeSign('[')) target = this.#subscript(target, at);
      else if (this.#takeSign('.')) {
        const name = this.#peek();
        if (name.kind !== 'name') throw this.#expected('the name of a field');
        this.#next += 1;
        target =
          this.#extended && this.#takeSign('(')
            ? { node: 'method', at, target, name: name.text, operands: this.#items(')') }
            : { node: 'field', at, target, name: name.text };
      } else return target;
    }
  }

  #subscript(target: Node, at: number): Node {
    if (this.#takeSign(':')) return this.#sliceEnd(target, undefined, at);
    const index = this.#choice();
    if (this.#takeSign(':')) return this.#sliceEnd(target, index, at);
    if (!this.#takeSign(']')) throw this.#expected("']'");
    return { node: 'index', at, target, index };
  }

  #sliceEnd(target: Node, start: Node | undefined, at: number): Node {
    if (this.#takeSign(']')) return { node: 'slice', at, target, start, end: undefined };
    const end = this.#choice();
    if (!this.#takeSign(']')) throw this.#expected("']'");
    return { node: 'slice', at, target, start, end };
  }

  #operand(): Node {
    const token = this.#peek();
    if (token.kind === 'number' || token.kind === 'string') {
      this.#next += 1;
      const isFloat = token.kind === 'number' && token.isFloat;
      return { node: 'constant', at: token.at, value: token.value, isFloat };
    }
    if (token.kind === 'name' && !keywords.has(token.text)) {
      this.#next += 1;
      if (!this.#takeSign('(')) return { node: 'name', at: token.at, name: token.text };
      return { node: 'call', at: token.at, name: token.text, operands: this.#items(')') };
    }
    if (this.#takeSign('[')) return { node: 'list', at: token.at, items: this.#items(']') };
    if (this.#takeSign('{')) return { node: 'map', at: token.at, entries: this.#entries() };
    if (!this.#takeSign('(')) throw this.#expected('a value');
    const inner = this.#extended ? this.#tuple(')') : this.#choice();
    if (!this.#takeSign(')')) throw this.#expected("')'");
    return inner;
  }

  /** Expressions between commas up to the closing sign, which is taken too. */
  #items(close: ')' | ']'): Node[] {
    const items: Node[] = [];
    while (!this.#takeSign(close)) {
      items.push(this.#choice());
      if (this.#takeSign(close)) break;
      if (!this.#takeSign(',')) throw this.#expected(`',' or '${close}'`);
    }
    return items;
  }

  #entries(): (readonly [key: Node, value: Node])[] {
    const entries: (readonly [key: Node, value: Node])[] = [];
    while (!this.#takeSign('}')) {
      const key = this.#choice();
      if (!this.#takeSign(':')) throw this.#expected("':'");
      entries.push([key, this.#choice()]);
      if (this.#takeSign('}')) break;
      if (!this.#takeSign(',')) throw this.#expected("',' or '}'");
    }
    return entries;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', at: this.#source.length };
  }

  #takeSign(text: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'operator' || token.text !== text) return false;
    this.#next += 1;
    return true;
  }

  #takeWord(text: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'name' || token.text !== text) return false;
    this.#next += 1;
    return true;
  }

  #deeper<T>(parse: () => T): T {
    if (this.#depth >= maxDepth) throw this.#fault(this.#peek().at, `nested more than ${maxDepth} deep`);
    this.#depth += 1;
    const result = parse();
    this.#depth -= 1;
    return result;
  }

  #expected(what: string): Error {
    const token = this.#peek();
    return this.#fault(token.at, `expected ${what} before ${describe(token)}`);
  }

  #fault(at: number, problem: string): Error {
    return expressionFault(this.#source, at, problem);
  }
}

function describe(token: Token): string {
  if (token.kind === 'end') return 'the end';
  if (token.kind === 'number' || token.kind === 'string') return `this ${token.kind}`;
  return `'${token.text}'`;
}
