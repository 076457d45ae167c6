import { AlidadeError } from '../shared/errors.ts';
import { ConfigurationError } from './errors.ts';
import { faultOfName, type NameOf, type Place, partsOfName } from './layout.ts';

export function unknown(configuration: string, known: readonly string[]): ConfigurationError {
  const there = known.length === 0 ? 'there are none yet' : `there are ${known.slice(0, 20).join(', ')}`;
  return new ConfigurationError(`there is no configuration '${configuration}'; ${there}`);
}

export function partsOf(hash: string): { configuration: string; place: Place } {
  const parts = partsOfName(hash);
  if (parts === undefined) {
    throw new ConfigurationError(
      `'${hash}' is not the name of a hash; they are called source:CONFIGURATION:SOURCE or SECTION:CONFIGURATION`,
    );
  }
  checkName('configuration', parts.configuration);
  checkName('section', parts.place.section);
  if (parts.place.item !== undefined) checkName('source', parts.place.item);
  return parts;
}

export function placeOf(
  configuration: string,
  source: string,
  section = 'sources',
): Place & { item: string } {
  checkName('configuration', configuration);
  checkName('section', section);
  checkName('source', source);
  return { section, item: source };
}

export function checkName(what: NameOf, name: string): void {
  const fault = faultOfName(what, name);
  if (fault !== undefined) throw new ConfigurationError(fault);
}

export function textValue(field: string, value: string): string {
  if (value.isWellFormed()) return JSON.stringify(value);
  throw new ConfigurationError(`the value of '${field}' is not Unicode text`);
}

/** @throws ALI_ABORTED */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new AlidadeError('ALI_ABORTED', 'the write was given up; nothing was written', {
    cause: signal.reason,
  });
}
