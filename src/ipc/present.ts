import { readdirSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { hasRuntimeFolder, runtimeFolder } from './runtime-folder.ts';

/** The ids of those of one name who share `folder`; those of killed processes too. */
export function presentIn(folder: string, name: string): string[] {
  if (!hasRuntimeFolder(folder)) return [];
  try {
    return readdirSync(runtimeFolder(folder)).filter((id) => id.startsWith(`${name}.`));
  } catch {
    return [];
  }
}

/** Connects to one of {@link presentIn}. One of a process that is gone is taken away. */
export function call(folder: string, id: string): Socket {
  const path = join(runtimeFolder(folder), id);
  const socket = connect(path);
  socket.on('error', (error: NodeJS.ErrnoException) => {
    // Names are never used twice and stand for sockets that listen: one that refuses is of a process that is gone.
    if (error.code === 'ECONNREFUSED' && hasRuntimeFolder(folder)) rmSync(path, { force: true });
  });
  return socket;
}
