import { createReadStream } from 'node:fs';
import { AlidadeError, messageOf } from '../shared/errors.ts';
import type { ExactValue } from '../shared/exact-value.ts';
import { Float, isList } from '../shared/exact-value.ts';
import { readJson } from '../shared/read-json.ts';
import { isFieldName } from './field-name.ts';
import { writeExact } from './write-json.ts';

/** A frame before it is first set: its fields in their order, `ts` and `sender` first, with their blank values. */
export interface Description {
  readonly name: string;
  readonly fields: readonly BlankField[];
}
export type BlankField = readonly [field: string, blank: ExactValue];

/** The largest description file. */
const maxFileBytes = 16 * 1024 * 1024;

/**
 * Reads description files. Where several describe a frame, the last one counts, at the place of the first.
 *
 * @throws ALI_SHM_DESCRIPTION with the file; nothing is half read
 * @example
 * const descriptions = await readDescriptions(['frames.json']);
 */
export async function readDescriptions(files: readonly string[]): Promise<readonly Description[]> {
  const merged = new Map<string, Description>();
  for (const file of files) {
    for (const description of parseDescriptions(await readText(file), file)) {
      merged.set(description.name, description);
    }
  }
  return [...merged.values()];
}

/**
 * Parses a description: a JSON object of frame names, each with its list of [field, blank value]. Everything that is
 * wrong with it is told at once.
 *
 * @param file how the error names the text
 * @throws ALI_SHM_DESCRIPTION
 * @example parseDescriptions('{"BATTERY__command": [["ts", 0.0], ["sender", ""], ["command", ""]]}', 'frames.json')
 */
export function parseDescriptions(text: string, file: string): readonly Description[] {
  let value: ExactValue;
  try {
    value = readJson(text.replace(/^\ufeff/, ''), file);
  } catch (error) {
    throw new AlidadeError('ALI_SHM_DESCRIPTION', messageOf(error), { cause: error });
  }
  if (!(value instanceof Map)) {
    throw new AlidadeError(
      'ALI_SHM_DESCRIPTION',
      `${file} is no description: that is a JSON object of frame names, each with a list of [field, blank value]`,
    );
  }
  const faults: string[] = [];
  const descriptions = [...(value as ReadonlyMap<string, ExactValue>)].map(([name, fields]) => {
    faults.push(...faultsOf(name, fields).map((fault) => `${JSON.stringify(name)}: ${fault}`));
    return { name, fields: fields as unknown as readonly BlankField[] };
  });
  if (faults.length > 0) {
    throw new AlidadeError('ALI_SHM_DESCRIPTION', `${file}: ${faults.join('; ')}`);
  }
  return descriptions;
}

/** The text that a frame has on the wire before it is first set. */
export function blankText({ fields }: Description): string {
  return `{${fields.map(([field, blank]) => `${writeExact(field)}: ${writeExact(blank)}`).join(', ')}}`;
}

function faultsOf(name: string, fields: ExactValue): string[] {
  const faults = isFrameName(name) ? [] : ['the name of a frame is a text without spaces'];
  if (!isList(fields) || fields.length === 0) {
    return [...faults, 'a frame is a list of [field, blank value], which begins with ts and sender'];
  }
  const seen = new Set<ExactValue>();
  for (const [i, pair] of fields.entries()) {
    if (!isList(pair) || pair.length !== 2 || typeof pair[0] !== 'string') {
      faults.push(`item ${i + 1} is not [field, blank value]`);
      continue;
    }
    const [field] = pair;
    if (seen.has(field)) faults.push(`the field ${JSON.stringify(field)} is there twice`);
    seen.add(field);
    if (!isFieldName(field)) {
      faults.push(
        `${JSON.stringify(field)} cannot be the name of a field: programs in Python read it as an attribute, so it is a name of letters, digits and _ that begins with a letter and is no word of Python`,
      );
    }
  }
  const [ts, sender, ...others] = fields.map((pair) => (isList(pair) ? pair : []));
  const hasTime = ts?.[0] === 'ts' && (ts[1] instanceof Float || typeof ts[1] === 'number');
  if (!hasTime) faults.push('the first field is ["ts", 0.0]');
  if (sender?.[0] !== 'sender' || typeof sender[1] !== 'string')
    faults.push('the second field is ["sender", ""]');
  if (others.length === 0) faults.push('there are no fields after ts and sender');
  return faults;
}

/** Without spaces and what does not print, so that it can be typed and listed. */
export function isFrameName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !/[\s\p{C}]/u.test(name);
}

async function readText(file: string): Promise<string> {
  try {
    const chunks: Buffer[] = [];
    // One byte more than is taken tells that there is more.
    for await (const chunk of createReadStream(file, { end: maxFileBytes })) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    if (bytes.length > maxFileBytes) throw new Error(`it is larger than ${maxFileBytes} bytes`);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new AlidadeError('ALI_SHM_DESCRIPTION', `${file} cannot be read as text: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
