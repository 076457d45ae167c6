import h5wasm from 'h5wasm/node';

await h5wasm.ready;

/** All values of a dataset of a file; integers of 64 bits as bigint. */
export function valuesOf(path: string, dataset: string): unknown[] {
  const file = new h5wasm.File(path, 'r');
  try {
    const found = file.get(dataset);
    if (!(found instanceof h5wasm.Dataset)) throw new Error(`${path} has no dataset ${dataset}`);
    if (found.shape?.includes(0)) return [];
    const { value } = found;
    return ArrayBuffer.isView(value) ? [...(value as unknown as number[])] : [value].flat();
  } finally {
    file.close();
  }
}

/** An attribute of a group of a file. */
export function attributeOf(path: string, group: string, name: string): unknown {
  const file = new h5wasm.File(path, 'r');
  try {
    const found = file.get(group);
    if (!(found instanceof h5wasm.Group)) throw new Error(`${path} has no group ${group}`);
    return found.attrs[name]?.value;
  } finally {
    file.close();
  }
}
