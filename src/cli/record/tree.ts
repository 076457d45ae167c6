import type { RecordedFile, StoredObject } from '../../recording/index.ts';
import { printable } from '../terminal.ts';

const mostTextLength = 60;

/** The objects of a file as lines, those of a group indented below it. */
export function treeLines(file: RecordedFile, tree: readonly StoredObject[]): string[] {
  return tree.flatMap((object) => {
    if (object.path === '/') return [];
    const depth = object.path.split('/').length - 2;
    return [`${'  '.repeat(depth)}${printable(lineOf(object, file))}`];
  });
}

function lineOf(object: StoredObject, file: RecordedFile): string {
  const name = object.path.slice(object.path.lastIndexOf('/') + 1);
  const said = attributeText(object.attributes);
  if (object.kind === 'group') return `${name}/${said}`;
  if (object.kind === 'other') return `${name} (a link or a type)`;
  const { type = '', shape = [], filters = [] } = object;
  const filter = filters.length === 0 ? '' : ` ${filters.join(' ')}`;
  const dimensions = shape.length === 0 ? '' : ` [${shape.join(' × ')}]`;
  const value = shape.length === 0 && type === 'string' ? ` ${quoted(file, object.path)}` : '';
  return `${name}  ${type}${dimensions}${filter}${value}${said}`;
}

/** What a group of texts such as /general says. */
function quoted(file: RecordedFile, path: string): string {
  return JSON.stringify(short(String(file.scalar(path))));
}

/** Attributes that viewers need tell a reader of this list nothing. */
function attributeText(attributes: Readonly<Record<string, unknown>>): string {
  const told = Object.entries(attributes).filter(
    ([name]) => !/^(?:NX_|signal$|axes$|.*_indices$)/.test(name),
  );
  if (told.length === 0) return '';
  return `  {${told.map(([name, value]) => `${name}: ${short(String(value))}`).join(', ')}}`;
}

function short(text: string): string {
  return text.length <= mostTextLength ? text : `${text.slice(0, mostTextLength)}…`;
}
