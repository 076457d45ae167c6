import h5wasm from 'h5wasm/node';
import { install_local_plugins } from 'h5wasm-plugins';
import type { Item, TypeName } from '../../../src/hdf5/index.ts';
import { encode } from './encode.ts';
import type { FileModel } from './file-model.ts';

install_local_plugins(await h5wasm.ready);

/** What h5wasm, another build of libhdf5, finds wrong with the datasets of a file; it does not read float16. */
export async function wasmComplaint(model: FileModel, path: string): Promise<string | undefined> {
  const file = new h5wasm.File(path, 'r');
  try {
    for (const { path: name, type, bytes, text } of model.contents()) {
      if (typeof type === 'string' && type.startsWith('float16')) continue;
      const dataset = file.get(name);
      if (!(dataset instanceof h5wasm.Dataset)) return `${name} is no dataset`;
      // Without rows there is nothing to read.
      const items = dataset.shape?.includes(0) ? [] : itemsOf(dataset.value, type);
      const isRight =
        type !== 'string'
          ? Buffer.compare(encode(type, items), bytes) === 0
          : JSON.stringify(items) === JSON.stringify(text);
      if (!isRight) return `${name} has other values`;
    }
    return undefined;
  } finally {
    file.close();
  }
}

function itemsOf(value: unknown, type: TypeName): Item[] {
  const items =
    ArrayBuffer.isView(value) || Array.isArray(value) ? [...(value as unknown as Item[])] : [value as Item];
  return type === 'bool' ? items.map((item) => item === 1 || item === true) : items;
}
