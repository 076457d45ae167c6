import { AlidadeError, isAlidadeError } from '../../shared/errors.ts';
import {
  type AnyFields,
  type ExactValue,
  readJson,
  type SettableFields,
  type SettableValue,
  shapeOf,
} from '../../shm/index.ts';
import { parseTime } from '../time.ts';

/**
 * Values as they are typed, `field=value`: in a field that has text the text as it is, else JSON. In a field of
 * which nothing is known (null) text that is no JSON is text; `ts` is a time as every verb takes it.
 *
 * @param present the fields of the frame as they are
 * @throws ALI_USAGE on a word without `=`, or a value of another type than the field has
 */
export function fieldValues(
  words: readonly string[],
  present: ReadonlyMap<string, ExactValue>,
  nowSeconds: () => number,
): SettableFields<AnyFields> {
  return Object.fromEntries(
    words.map((word) => {
      const [, field, text] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
      if (field === undefined || text === undefined) {
        throw new AlidadeError('ALI_USAGE', `'${word}' is not field=value`);
      }
      return [
        field,
        field === 'ts' ? parseTime(text, nowSeconds) : typedValue(field, text, present.get(field)),
      ];
    }),
    // What the store holds decides on the types, when they are set.
  ) as SettableFields<AnyFields>;
}

function typedValue(field: string, text: string, before: ExactValue | undefined): SettableValue {
  if (typeof before === 'string') return text;
  const value = jsonOf(text);
  if (before === null || before === undefined) return (value ?? text) as SettableValue;
  const wanted = shapeOf(before).kind;
  if (value === null) return null;
  if (value === undefined || shapeOf(value).kind !== wanted) {
    throw new AlidadeError(
      'ALI_USAGE',
      `${field} holds ${kindNames[wanted]}, which ${JSON.stringify(text)} is not`,
    );
  }
  return value as SettableValue;
}

const kindNames = {
  any: 'anything',
  number: 'a number (12.5)',
  boolean: 'true or false',
  text: 'text',
  list: 'a list ([1, 2])',
  object: 'an object ({"a": 1})',
} as const;

/** Undefined of what is no JSON. */
function jsonOf(text: string): ExactValue | undefined {
  try {
    return readJson(text, 'the value');
  } catch (error) {
    if (isAlidadeError(error, 'ALI_DECODE')) return undefined;
    throw error;
  }
}
