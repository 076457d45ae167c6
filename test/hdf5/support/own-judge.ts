import { openHdf5File, type ReadDataset, type ReadGroup } from '../../../src/hdf5/index.ts';
import { encode } from './encode.ts';
import type { FileModel } from './file-model.ts';

/** What our own reader finds wrong with the datasets of a file. */
export async function ownComplaint(model: FileModel, path: string): Promise<string | undefined> {
  await using file = await openHdf5File(path);
  for (const { path: name, type, bytes, text } of model.contents()) {
    const dataset = await find(file.root, name);
    if (dataset === undefined) return `${name} is missing`;
    const items = await dataset.items();
    const isRight =
      type === 'string'
        ? JSON.stringify(items) === JSON.stringify(text)
        : Buffer.compare(encode(type, items), bytes) === 0;
    if (!isRight) return `${name} has other values`;
  }
  return undefined;
}

async function find(root: ReadGroup, path: string): Promise<ReadDataset | undefined> {
  const names = path.slice(1).split('/');
  const last = names.pop() ?? '';
  let group: ReadGroup | undefined = root;
  for (const name of names) group = await group?.group(name);
  return group?.dataset(last);
}
