import { AlidadeError } from '../shared/errors.ts';
import { nearestName } from '../shared/nearest-name.ts';
import { type Key, keyText, type Space } from '../store/index.ts';
import { Frame, textOf } from './frame.ts';
import { Layout } from './layout.ts';

/** The text of a frame as it was found; undefined where there is none. */
export type FoundText = string | undefined;

/** What there is under the names of frames, all as of one moment. */
export async function readValues(
  space: Space,
  names: readonly string[],
): Promise<(Uint8Array | undefined)[]> {
  const [only] = names;
  return names.length === 1 && only !== undefined
    ? [await space.read({ read: 'value', key: only })]
    : await space.readMany(names.map((key) => ({ read: 'value', key }) as const));
}

/** The texts of frames, all as of one moment. @throws ALI_DECODE */
export async function readTexts(space: Space, names: readonly string[]): Promise<FoundText[]> {
  const values = await readValues(space, names);
  return values.map((value, i) => (value === undefined ? undefined : textOf(names[i] ?? '', value)));
}

/** The frame that the store has, set or not. @throws ALI_NOT_FOUND, ALI_DECODE */
export async function readFrame(space: Space, name: string): Promise<Frame> {
  const [text] = await readTexts(space, [name]);
  if (text === undefined) throw await unknownFrame(space, name, []);
  return new Frame(name, text);
}

/** The frame of a text; undefined where there is none, or one that was never set. @throws ALI_DECODE, ALI_SHM_LAYOUT */
export function setFrame(name: string, text: FoundText, layout?: Layout): Frame | undefined {
  if (text === undefined) return undefined;
  const frame = new Frame(name, text, layout);
  return frame.isSet ? frame : undefined;
}

/** What is known of a frame that is declared. */
export interface Learnt {
  readonly layout: Layout;
  /** The frame in the store, set or not; undefined where there is none. */
  readonly frame: Frame | undefined;
}

/**
 * The layouts of frames: as described, else as found in the store.
 *
 * @throws ALI_NOT_FOUND where a frame is neither; ALI_DECODE, ALI_SHM_LAYOUT
 */
export async function learn(
  space: Space,
  names: readonly string[],
  described: ReadonlyMap<string, Layout>,
): Promise<Learnt[]> {
  const texts = await readTexts(space, names);
  const learnt = names.map((name, i) => {
    const text = texts[i];
    const frame = text === undefined ? undefined : new Frame(name, text, described.get(name));
    const layout = described.get(name) ?? (frame && Layout.found(name, frame.exact));
    return layout && { layout, frame };
  });
  const unknown = names.find((_, i) => learnt[i] === undefined);
  if (unknown !== undefined) throw await unknownFrame(space, unknown, [...described.keys()]);
  return learnt.filter((of) => of !== undefined);
}

/**
 * What is wrong with a name under which no frame is found.
 *
 * @param start what the message begins with
 */
export async function unknownFrame(
  space: Space,
  name: string,
  described: readonly string[],
  start = '',
): Promise<AlidadeError> {
  const keys = await keyTexts(space, '*');
  if (keys.includes(name)) {
    return new AlidadeError(
      'ALI_NOT_FOUND',
      `${start}${name} in ${space.location} is no frame, but a list or the like`,
    );
  }
  const near = nearestName(name, [...described, ...keys.filter((key) => !key.endsWith(':fifo'))]);
  const hint =
    near === undefined
      ? 'init puts it there from its description, also when it has expired'
      : `did you mean '${near}'?`;
  return new AlidadeError('ALI_NOT_FOUND', `${start}there is no frame ${name} in ${space.location}; ${hint}`);
}

/** So many values are read at once. */
const pageSize = 500;

/** The frames whose names match a glob, in the order of their names; what is no frame is left out. */
export async function findFrames(space: Space, glob: Key): Promise<Frame[]> {
  const names = await keyTexts(space, glob);
  const frames: Frame[] = [];
  for (let at = 0; at < names.length; at += pageSize) {
    const page = names.slice(at, at + pageSize);
    const values = await readValues(space, page);
    for (const [i, name] of page.entries()) {
      const frame = frameOrNone(name, values[i]);
      if (frame !== undefined) frames.push(frame);
    }
  }
  return frames;
}

async function keyTexts(space: Space, glob: Key): Promise<string[]> {
  return (await space.keys(glob)).map(keyText);
}

/** The frame of a value that may be anything. */
export function frameOrNone(name: string, value: Uint8Array | undefined): Frame | undefined {
  if (value === undefined) return undefined;
  try {
    return new Frame(name, textOf(name, value));
  } catch {
    return undefined;
  }
}
