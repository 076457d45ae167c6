import type { JsonObject } from '../../bsread/index.ts';
import { AlidadeError } from '../../shared/errors.ts';

/** What a client of the writer must post, by the names that it posts them under. */
const mandatory = ['general/created', 'general/user', 'general/process', 'general/instrument'] as const;

/** Posted parameters. */
export class Parameters {
  /** As they came, for the answer. */
  readonly posted: JsonObject;

  /** @throws ALI_USAGE when they are no object, or one of the mandatory ones is missing */
  constructor(posted: unknown) {
    if (typeof posted !== 'object' || posted === null || Array.isArray(posted)) {
      throw new AlidadeError('ALI_USAGE', 'the parameters must be a JSON object');
    }
    const received = Object.keys(posted);
    if (mandatory.some((name) => !received.includes(name))) {
      throw new AlidadeError(
        'ALI_USAGE',
        `Missing mandatory parameters. Mandatory parameters '${listed(mandatory)}' but received '${listed(received)}'.`,
      );
    }
    this.posted = posted as JsonObject;
  }

  /** What /general of the file is to hold. Numbers and the like become text. */
  get general(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      mandatory.map((name) => {
        const value = this.posted[name];
        return [name.slice('general/'.length), typeof value === 'string' ? value : JSON.stringify(value)];
      }),
    );
  }
}

/** As Python prints a list of texts, which clients of the reference may have learnt to read. */
function listed(names: readonly string[]): string {
  return `[${names.map((name) => `'${name}'`).join(', ')}]`;
}
