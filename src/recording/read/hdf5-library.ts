import { closeSync, openSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { h5wasm } from 'h5wasm/node';
import { AlidadeError, messageOf } from '../../shared/errors.ts';

export type Hdf5Library = typeof h5wasm;

let loaded: Promise<Hdf5Library> | undefined;

/** libhdf5 with the filters that instruments use, compiled to WebAssembly; it takes a third of a second to load. */
export function hdf5Library(): Promise<Hdf5Library> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Hdf5Library> {
  const { default: library } = await import('h5wasm/node');
  const module = await library.ready;
  const plugins = dirname(fileURLToPath(import.meta.resolve('h5wasm-plugins')));
  module.insert_plugin_search_path(join(plugins, 'plugins'), 0);
  // Else it prints its errors and goes on.
  module.activate_throwing_error_handler();
  return library;
}

const signature = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');

/** The library is not asked about what is no such file: the message of a system is clearer. @throws ALI_NOT_FOUND, ALI_DECODE */
export function assertHdf5(path: string): void {
  const start = Buffer.alloc(signature.length);
  try {
    const file = openSync(path, 'r');
    readSync(file, start, 0, start.length, 0);
    closeSync(file);
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw isMissing
      ? new AlidadeError('ALI_NOT_FOUND', `there is no file ${path}`, { cause })
      : new AlidadeError('ALI_DECODE', `cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
  if (!start.equals(signature)) throw new AlidadeError('ALI_DECODE', `${path} is not an HDF5 file`);
}

/** Does something with a file that may be damaged. @throws ALI_DECODE with what the library says of it */
export function reading<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof AlidadeError) throw cause;
    throw new AlidadeError('ALI_DECODE', `${path} cannot be read: ${reasonIn(messageOf(cause))}`, { cause });
  }
}

/** The innermost call of the library's stack says what is wrong; the others only that something is. */
function reasonIn(message: string): string {
  const calls = [...message.matchAll(/in \w+\(\): (.*)/g)].map(([, text]) => text);
  return calls.at(-1) ?? message.split('\n')[0] ?? message;
}
