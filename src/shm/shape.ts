import { type ExactValue, Float, isList } from '../shared/exact-value.ts';

/** What a field holds, as its blank value says. A blank null leaves it open. */
export type Shape =
  | { readonly kind: 'any' }
  /** `isFloat`: every number is written as a float. */
  | { readonly kind: 'number'; readonly isFloat: boolean }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'text' }
  | { readonly kind: 'list'; readonly items: Shape }
  /** Keys that are not named here may hold anything. */
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, Shape> };

export const anyShape: Shape = { kind: 'any' };

export function shapeOf(blank: ExactValue): Shape {
  switch (typeof blank) {
    case 'boolean':
      return { kind: 'boolean' };
    case 'string':
      return { kind: 'text' };
    case 'number':
    case 'bigint':
      return { kind: 'number', isFloat: false };
  }
  if (blank === null) return anyShape;
  if (blank instanceof Float) return { kind: 'number', isFloat: true };
  if (isList(blank)) {
    return {
      kind: 'list',
      items: blank.map(shapeOf).reduce<Shape | undefined>(common, undefined) ?? anyShape,
    };
  }
  return { kind: 'object', fields: new Map([...blank].map(([key, item]) => [key, shapeOf(item)])) };
}

/** What items of a list have in common: a list of floats and integers is of numbers that stay as they are. */
function common(a: Shape | undefined, b: Shape): Shape {
  if (a === undefined) return b;
  if (a.kind !== b.kind) return anyShape;
  if (a.kind === 'number' && b.kind === 'number') return { kind: 'number', isFloat: a.isFloat && b.isFloat };
  if (a.kind === 'list' && b.kind === 'list') return { kind: 'list', items: common(a.items, b.items) };
  return a.kind === 'object' ? { kind: 'object', fields: new Map() } : a;
}

const names: Readonly<Record<Shape['kind'], string>> = {
  any: 'anything',
  number: 'a number',
  boolean: 'true or false',
  text: 'a text',
  list: 'a list',
  object: 'an object',
};

/** For messages: `a number`. */
export function shapeName({ kind }: Shape): string {
  return names[kind];
}

/**
 * Where a value that was read is not what its shape says, such as `[1] is null, not a number`; undefined when it is.
 *
 * @param place how the value is named
 */
export function misfit(value: ExactValue, shape: Shape, place: string): string | undefined {
  if (shape.kind === 'any') return undefined;
  const found = shapeOf(value);
  if (found.kind !== shape.kind) {
    return `${place} is ${value === null ? 'null' : shapeName(found)}, not ${shapeName(shape)}`;
  }
  if (shape.kind === 'list' && isList(value)) return firstMisfit(value, () => shape.items, place);
  if (shape.kind === 'object' && value instanceof Map) {
    for (const [key, of] of shape.fields) {
      const item = value.get(key) as ExactValue | undefined;
      const wrong =
        item === undefined ? `${place} has no ${JSON.stringify(key)}` : misfit(item, of, `${place}.${key}`);
      if (wrong !== undefined) return wrong;
    }
  }
  return undefined;
}

function firstMisfit(
  items: readonly ExactValue[],
  shapeAt: (i: number) => Shape,
  place: string,
): string | undefined {
  for (const [i, item] of items.entries()) {
    const wrong = misfit(item, shapeAt(i), `${place}[${i}]`);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
