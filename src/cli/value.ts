import { isAlidadeError } from '../shared/errors.ts';
import { parseJson, type Value } from '../telstate/index.ts';

/**
 * A value as people type it: JSON if it is JSON, read without loss (`1` is an integer, `1.0` a float, big integers stay
 * whole), else the text itself. Text that looks like JSON is given in quotes: `'"1.0"'`. What JSON lacks is written as
 * `parseJson` reads it: `{"$tuple": [1, 2]}`.
 *
 * @throws ALI_ENCODE on JSON with such an object that is malformed, and on JSON that is nested too deep
 * @example
 * parseValue('[1, 2.5]'); // [1, 2.5]
 * parseValue('MKE-062'); // 'MKE-062'
 */
export function parseValue(text: string): Value {
  try {
    return parseJson(text);
  } catch (error) {
    if (isAlidadeError(error, 'ALI_USAGE')) return text;
    throw error;
  }
}
