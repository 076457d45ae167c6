import {
  type DataDict,
  parseDescriptions,
  SharedMemory,
  type SharedMemoryOptions,
} from '../../src/shm/index.ts';
import { keyText, type Space } from '../../src/store/index.ts';
import type { Place } from '../support/engines.ts';

export interface RobotFrames {
  A__measures: { u: number; label: string };
  A__command: { command: string };
  A__queue: { n: number };
}

const source = `{
  "A__measures": [["ts", 0.0], ["sender", ""], ["u", 0.0], ["label", ""]],
  "A__command": [["ts", 0.0], ["sender", "blip"], ["command", ""]],
  "A__queue": [["ts", 0.0], ["sender", ""], ["n", 0]]
}`;
export const descriptions = parseDescriptions(source, 'robot.json');

export function memory(space: Space, options: SharedMemoryOptions = {}): SharedMemory<RobotFrames> {
  return new SharedMemory<RobotFrames>(space, { appName: 'APP', descriptions, ...options });
}

export async function robot(place: Place, options: SharedMemoryOptions = {}) {
  const space = await place.open();
  const shm = memory(space, options);
  await shm.init(descriptions, 'READY');
  return { space, shm, dict: shm.dict() };
}

export async function textAt(space: Space, key: string): Promise<string | undefined> {
  const value = await space.read({ read: 'value', key });
  return value && keyText(value);
}

export async function send(dict: DataDict<RobotFrames>, command: string): Promise<void> {
  (await dict.declareToWrite('A__command')).set({ command });
  await dict.flush();
}

export const given = async <T>(next: Promise<IteratorResult<T>>): Promise<T> => {
  const { done, value } = await next;
  if (done) throw new Error('the listening has ended');
  return value;
};
