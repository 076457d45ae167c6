import { readFileSync, statSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { AlidadeError, type ErrorCode, messageOf } from '../shared/errors.ts';

const maxBytes = 1024 * 1024;

export type Settings = Readonly<Record<string, unknown>>;

/**
 * A small file of settings, in YAML or JSON (which is YAML). No error shows what stands in it: it may be a password.
 *
 * @returns undefined when there is no such file
 * @throws an error of this code when it cannot be read, or holds no settings
 */
export function readSettings(path: string, code: ErrorCode): Settings | undefined {
  const text = readText(path, code);
  if (text === undefined) return undefined;
  const settings = parse(path, text, code);
  if (!isSettings(settings)) throw new AlidadeError(code, `${path} holds no settings (NAME: VALUE)`);
  return settings;
}

function parse(path: string, text: string, code: ErrorCode): unknown {
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'silent' });
  const [error] = document.errors;
  try {
    // An alias may stand for a thousand others.
    if (error === undefined) return document.toJS({ maxAliasCount: 0 });
  } catch {
    throw new AlidadeError(code, `${path} has aliases (*), which are not taken here`);
  }
  const line = text.slice(0, error.pos[0]).split('\n').length;
  throw new AlidadeError(code, `${path} is neither YAML nor JSON (line ${line})`);
}

/** @returns undefined when there is no such file. @throws an error of this code when it cannot be read */
export function readText(path: string, code: ErrorCode): string | undefined {
  try {
    const { size } = statSync(path);
    if (size > maxBytes) throw new Error(`it has ${size} bytes; at most ${maxBytes} are read`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new AlidadeError(code, `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

export function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
