import { AlidadeError, isAlidadeError } from '../shared/errors.ts';

/** A parser of an option's or argument's text whose error begins with the name of the option. */
export function named<T>(name: string, parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (!isAlidadeError(error)) throw error;
      throw new AlidadeError(error.code, `${name}: ${error.message}`, { cause: error });
    }
  };
}

/** Help that ends with commands to try. */
export function examples(...lines: readonly string[]): string {
  return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}
