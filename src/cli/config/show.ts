import type { Commit, FieldChange, FullCommit, HashChange, JsonText } from '../../config/index.ts';
import { printable } from '../terminal.ts';
import { formatTime } from '../time.ts';

/** A value on one line; text in quotes only where it would be taken for something else. */
export function showCell(value: JsonText): string {
  const text = textOf(value);
  if (text === undefined) return printable(value);
  const looksOdd = /^$|^[\s"'[{(<\d-]|\s$|^(?:true|false|null)$/;
  return looksOdd.test(text) || printable(text) !== text ? printable(JSON.stringify(text)) : text;
}

/** The text that a value is; undefined where it is a number, a list or the like. */
export function textOf(value: JsonText): string | undefined {
  return value.startsWith('"') ? (JSON.parse(value) as string) : undefined;
}

/** Names and values in two columns. */
export function fieldLines(fields: readonly (readonly [string, JsonText])[]): string[] {
  const cells = fields.map(([name, value]) => [printable(name), showCell(value)] as const);
  const width = cells.reduce((most, [name]) => Math.max(most, name.length), 0);
  return cells.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}

/** A line of an account of changes; its first character says whether it was added, removed, or stands around. */
export type ChangeLine = `${'+' | '-' | ' '} ${string}`;

/** What happened to hashes, in the manner of `diff`. */
export function* changeLines(changes: readonly HashChange[]): Generator<ChangeLine> {
  const signs = { added: '+', removed: '-', changed: ' ' } as const;
  for (const { hash, kind, fields } of changes) {
    yield `${signs[kind]} ${printable(hash)}`;
    const width = fields.reduce((most, { field }) => Math.max(most, printable(field).length), 0);
    for (const { field, before, after } of fields) {
      const name = `  ${printable(field).padEnd(width)}  `;
      if (before !== undefined) yield `- ${name}${showCell(before)}`;
      if (after !== undefined) yield `+ ${name}${showCell(after)}`;
    }
  }
}

/** `revision 3, 2026-03-01T12:00:00Z, ada@console: new address of motor2` */
export function commitTitle({ revision, timeSeconds, author, message }: Commit): string {
  const said = message === '' ? '' : `: ${message}`;
  return printable(`revision ${revision}, ${formatTime(timeSeconds)}, ${author}${said}`);
}

const maxRefusalLines = 40;

/** What others did meanwhile, for somebody whose write was refused. */
export function commitLines(commits: readonly FullCommit[]): string[] {
  const lines = commits.flatMap((commit) => [commitTitle(commit), ...changeLines(commit.changes)]);
  const more = lines.length - maxRefusalLines;
  return more > 0 ? [...lines.slice(0, maxRefusalLines), `… and ${more} more lines`] : lines;
}

/** Changes as JSON text; values are what they are. */
export function changesJson(changes: readonly HashChange[]): string {
  const each = changes.map(({ hash, kind, fields }) => {
    const head = JSON.stringify({ hash, kind }).slice(0, -1);
    return `${head},"fields":[${fields.map(fieldJson).join(',')}]}`;
  });
  return `[${each.join(',')}]`;
}

function fieldJson({ field, before, after }: FieldChange): string {
  const sides = [
    `"field":${JSON.stringify(field)}`,
    ...(before === undefined ? [] : [`"before":${before}`]),
    ...(after === undefined ? [] : [`"after":${after}`]),
  ];
  return `{${sides.join(',')}}`;
}

/** A JSON object from members that are JSON text. */
export function objectJson(members: Iterable<readonly [string, JsonText]>): JsonText {
  return `{${[...members].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;
}
