import type { Terminal } from './terminal.ts';

const codes = { added: '32', removed: '31', strong: '1', faint: '2' } as const;
export type Look = keyof typeof codes;

/** Gives text its look on standard output, if that is a terminal with colours; else it stays as it is. */
export function painter({ stdout, environment }: Terminal): (text: string, look: Look) => string {
  const hasColours =
    stdout.isTTY === true && (environment.NO_COLOR ?? '') === '' && environment.TERM !== 'dumb';
  return (text, look) => (hasColours && text !== '' ? `\x1b[${codes[look]}m${text}\x1b[0m` : text);
}
