import {
  asList,
  type Budget,
  compare,
  elementAt,
  type Fault,
  kindOf,
  maxTextLength,
  plain,
  spend,
} from './values.ts';

type Operands = readonly unknown[];

interface Method {
  readonly minOperands: number;
  readonly maxOperands: number;
  call(target: string, operands: Operands, fault: Fault): unknown;
}

const space = /\s/;

/** The methods of text, each with what Python's does for the operands that it takes here. */
const ofText: Readonly<Record<string, Method>> = {
  lower: plainMethod((text) => text.toLowerCase()),
  upper: plainMethod((text) => text.toUpperCase()),
  isdigit: plainMethod((text) => /^\d+$/.test(text)),
  strip: strip(true, true),
  lstrip: strip(true, false),
  rstrip: strip(false, true),
  split: {
    minOperands: 0,
    maxOperands: 2,
    call: (text, [separator, most], fault) => {
      const limit = most === undefined || most === -1 ? Number.POSITIVE_INFINITY : whole(most, fault);
      return separator === undefined || separator === null
        ? splitAtSpace(text, limit)
        : splitAt(text, textOf(separator, fault), limit, fault);
    },
  },
  replace: {
    minOperands: 2,
    maxOperands: 2,
    call: (text, [from, to], fault) => {
      const pieces = text.split(textOf(from, fault));
      const length = text.length + pieces.length * textOf(to, fault).length;
      return length > maxTextLength ? fault('the text becomes too long') : pieces.join(textOf(to, fault));
    },
  },
  startswith: search((text, part) => text.startsWith(part)),
  endswith: search((text, part) => text.endsWith(part)),
  find: search((text, part) => text.indexOf(part)),
  count: search((text, part) => (part === '' ? text.length + 1 : text.split(part).length - 1)),
  join: {
    minOperands: 1,
    maxOperands: 1,
    call: (text, [parts], fault) => {
      const list = asList(parts) ?? fault(`${kindOf(parts)} is not a list`);
      const texts = Array.from(list, (part) => textOf(part, fault));
      const length = texts.reduce((sum, part) => sum + part.length + text.length, 0);
      return length > maxTextLength ? fault('the text becomes too long') : texts.join(text);
    },
  },
};

/**
 * Calls a method by its name: those of text, `index` and `count` of a list, and `get` of a map. Only what this file
 * lists exists; no function of an object can be reached.
 */
export function callMethod(
  target: unknown,
  name: string,
  operands: Operands,
  budget: Budget,
  fault: Fault,
): unknown {
  if (typeof target === 'string' && Object.hasOwn(ofText, name)) {
    const method = ofText[name] as Method;
    if (operands.length < method.minOperands || operands.length > method.maxOperands) {
      return fault(`${name}() does not take ${operands.length} operands`);
    }
    spend(budget, 1 + target.length / 64, fault);
    return method.call(target, operands, fault);
  }
  const list = asList(target);
  if (list !== undefined && operands.length === 1 && (name === 'index' || name === 'count')) {
    const places = Array.from(list, plain).flatMap((element, i) =>
      compare('==', element, operands[0], budget, fault) ? [i] : [],
    );
    return name === 'count' ? places.length : (places[0] ?? fault('this is not in the list'));
  }
  if (target instanceof Map && name === 'get' && operands.length >= 1 && operands.length <= 2) {
    const isThere = compare('in', operands[0], target, budget, fault);
    return isThere ? plain(elementAt(target, operands[0], fault)) : (operands[1] ?? null);
  }
  return fault(`${kindOf(target)} has no method '${name.slice(0, 50)}'`);
}

function plainMethod(call: (text: string) => unknown): Method {
  return { minOperands: 0, maxOperands: 0, call };
}

function search(call: (text: string, part: string) => unknown): Method {
  return {
    minOperands: 1,
    maxOperands: 1,
    call: (text, [part], fault) => call(text, textOf(part, fault)),
  };
}

function strip(atStart: boolean, atEnd: boolean): Method {
  return {
    minOperands: 0,
    maxOperands: 1,
    call: (text, [characters], fault) => {
      const set = characters === undefined || characters === null ? undefined : textOf(characters, fault);
      const isStripped = (character: string | undefined) =>
        character !== undefined && (set === undefined ? space.test(character) : set.includes(character));
      let start = 0;
      let end = text.length;
      while (atStart && start < end && isStripped(text[start])) start += 1;
      while (atEnd && end > start && isStripped(text[end - 1])) end -= 1;
      return text.slice(start, end);
    },
  };
}

function splitAtSpace(text: string, limit: number): string[] {
  const words: string[] = [];
  let rest = text.trimStart();
  while (rest !== '') {
    const at = words.length < limit ? rest.search(space) : -1;
    if (at < 0) return [...words, rest];
    words.push(rest.slice(0, at));
    rest = rest.slice(at).trimStart();
  }
  return words;
}

function splitAt(text: string, separator: string, limit: number, fault: Fault): string[] {
  if (separator === '') return fault('a separator is not empty');
  const parts = text.split(separator);
  if (parts.length <= limit + 1) return parts;
  return [...parts.slice(0, limit), parts.slice(limit).join(separator)];
}

function textOf(value: unknown, fault: Fault): string {
  return typeof value === 'string' ? value : fault(`${kindOf(value)} is not text`);
}

function whole(value: unknown, fault: Fault): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
    ? value
    : fault('this is not a whole number from 0');
}
