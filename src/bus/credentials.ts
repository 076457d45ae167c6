import { join } from 'node:path';
import { AlidadeError } from '../shared/errors.ts';
import { isSettings, readSettings, readText } from './settings-file.ts';

/** Who we are to a broker. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Where user and password come from; what stands first here wins, for each of the two on its own. */
export interface CredentialSources {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** A file whose first line is the password. */
  readonly passwordFile?: string | undefined;
  /** JSON or YAML with `{"dripline": {"username", "password"}}`, or with "amqp" in the place of "dripline". */
  readonly authFile?: string | undefined;
  /** `auth_groups` of a dripline configuration: for each of the two a `value`, `file`, `env` or `default`. */
  readonly authGroups?: unknown;
}

export type Environment = Readonly<Record<string, string | undefined>>;

type Item = keyof Credentials;
type Texts = Readonly<Record<string, string | undefined>>;

const variables: Readonly<Record<Item, string>> = {
  username: 'DRIPLINE_USER',
  password: 'DRIPLINE_PASSWORD',
};
const homeFile = '.project8_authentications.json';

/**
 * Finds user and password: what was given, the files and groups that were named, the environment (`DRIPLINE_USER`,
 * `DRIPLINE_PASSWORD`), `~/.project8_authentications.json`, else guest. No error shows a user or password.
 *
 * @throws ALI_CREDENTIALS when a file that was named is missing, or any is not what it should be
 */
export function findCredentials(sources: CredentialSources, environment: Environment): Credentials {
  const { authFile, passwordFile } = sources;
  const named = authFile === undefined ? {} : groupIn(needed(authFile, authGroupOf(authFile)), authFile);
  const find = (item: Item): string => {
    const group = groupItem(sources.authGroups, item);
    return (
      sources[item] ??
      (item === 'password' && passwordFile !== undefined ? firstLine(passwordFile) : undefined) ??
      named[item] ??
      group.value ??
      (group.file === undefined ? undefined : firstLine(group.file)) ??
      environment[group.env ?? variables[item]] ??
      group.default ??
      fromHome(environment.HOME)[item] ??
      'guest'
    );
  };
  return { username: find('username'), password: find('password') };
}

function fromHome(home: string | undefined): Texts {
  if (home === undefined || home === '') return {};
  const path = join(home, homeFile);
  const group = authGroupOf(path);
  // The same file holds what other programs need; it need not have a part for the bus.
  return group === undefined ? {} : groupIn(group, path);
}

/** The part of an authentication file that is the bus's. */
function authGroupOf(path: string): unknown {
  const settings = readSettings(path, 'ALI_CREDENTIALS');
  return settings?.dripline ?? settings?.amqp;
}

function groupIn(group: unknown, path: string): Texts {
  const isTexts = isSettings(group) && ['username', 'password'].every((item) => isOptionalText(group[item]));
  if (isTexts) return group as Texts;
  throw refusal(`username and password in ${path} are not texts (a number is written in quotes)`);
}

function groupItem(groups: unknown, item: Item): Texts {
  const group = isSettings(groups) && isSettings(groups.dripline) ? groups.dripline[item] : undefined;
  if (group === undefined) return {};
  if (isSettings(group) && Object.values(group).every(isOptionalText)) return group as Texts;
  throw refusal(`'${item}' in auth_groups is not a table of texts (value, file, env, default)`);
}

function firstLine(path: string): string {
  const text = needed(path, readText(path, 'ALI_CREDENTIALS'));
  return /^[^\r\n]*/.exec(text)?.[0] ?? '';
}

function needed<T>(path: string, found: T | undefined): T {
  if (found !== undefined) return found;
  throw refusal(`${path} is missing, or has no group 'dripline' (or 'amqp') with a username and a password`);
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function refusal(message: string): AlidadeError {
  return new AlidadeError('ALI_CREDENTIALS', message);
}
