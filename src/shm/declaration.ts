import type { Description } from './description.ts';
import { type Shape, shapeOf } from './shape.ts';

/**
 * A TypeScript declaration of described frames: an interface `Frames` with the fields of each, by its name, for
 * `new SharedMemory<Frames>(…)`.
 *
 * @param source where they are described, for the comment
 */
export function declarationOf(frames: readonly Description[], source: string): string {
  const lines = frames.flatMap(({ name, fields }) => [
    `  ${propertyName(name)}: {`,
    ...fields.slice(2).map(([field, blank]) => `    ${propertyName(field)}: ${typeOf(shapeOf(blank))};`),
    '  };',
  ]);
  const usesFieldValue = lines.some((line) => line.includes('FieldValue'));
  return [
    ...(usesFieldValue ? ["import type { FieldValue } from 'alidade/shm';", ''] : []),
    `/** The frames of ${source.replaceAll('*/', '*\\/')}, made by \`alidade shm types\`. */`,
    'export interface Frames {',
    ...lines,
    '}',
    '',
  ].join('\n');
}

function propertyName(name: string): string {
  return /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name);
}

function typeOf(shape: Shape): string {
  switch (shape.kind) {
    case 'any':
      return 'FieldValue';
    case 'text':
      return 'string';
    case 'list':
      return `readonly ${itemType(shape.items)}[]`;
    case 'object': {
      if (shape.fields.size === 0) return '{ readonly [key: string]: FieldValue }';
      const fields = [...shape.fields].map(([key, of]) => `readonly ${propertyName(key)}: ${typeOf(of)}`);
      return `{ ${fields.join('; ')} }`;
    }
    default:
      return shape.kind;
  }
}

function itemType(shape: Shape): string {
  return shape.kind === 'list' ? `(${typeOf(shape)})` : typeOf(shape);
}
