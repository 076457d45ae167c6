import { randomUUID } from 'node:crypto';
import { chmod, chown, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AlidadeError, isAlidadeError, messageOf } from '../../shared/errors.ts';

/**
 * Makes a folder that is there whole or not at all: the work fills one beside it, whose name ends in `.part`, which gets
 * the final name when all of it is on disk. If the work fails it is taken away; a process that is killed leaves it behind,
 * and it can be deleted.
 *
 * @throws ALI_STORE_NOT_EMPTY when there is something in a folder of this name; ALI_STORE_NOT_WRITABLE; what the work throws
 */
export async function makeFolder<T>(path: string, work: (temporary: string) => Promise<T>): Promise<T> {
  const folder = resolve(path);
  const there = await assertFree(folder);
  const temporary = `${folder}.${randomUUID().slice(0, 8)}.part`;
  try {
    await mkdir(dirname(folder), { recursive: true });
    await mkdir(temporary);
    if (there !== undefined) await takeOver(temporary, there);
    const result = await work(temporary);
    for (const name of await readdir(temporary)) await sync(join(temporary, name));
    await sync(temporary);
    await rename(temporary, folder);
    await sync(dirname(folder));
    return result;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (isAlidadeError(error)) throw error;
    if (isCode(error, 'ENOTEMPTY') || isCode(error, 'EEXIST')) throw notEmpty(folder);
    const code = isCode(error, 'ENOSPC') ? 'ALI_STORE_FULL' : 'ALI_STORE_NOT_WRITABLE';
    throw new AlidadeError(code, `the folder ${folder} cannot be made: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Whether there is no such folder, or an empty one. */
export async function isFree(path: string): Promise<boolean> {
  try {
    return (await readdir(path)).length === 0;
  } catch (error) {
    if (isCode(error, 'ENOENT')) return true;
    if (isCode(error, 'ENOTDIR')) return false;
    throw error;
  }
}

interface Rights {
  readonly mode: number;
  readonly gid: number;
}

/** @returns mode and group of an empty folder of this name */
async function assertFree(folder: string): Promise<Rights | undefined> {
  if (!(await isFree(folder))) throw notEmpty(folder);
  try {
    return await stat(folder);
  } catch {
    return undefined;
  }
}

/** A folder that was made ready for a group stays one. */
async function takeOver(temporary: string, { mode, gid }: Rights): Promise<void> {
  await chown(temporary, -1, gid).catch(() => undefined);
  await chmod(temporary, mode & 0o7777);
}

/** What was written survives a power cut from here on, where the file system knows this. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!isCode(error, 'EINVAL')) throw error;
  } finally {
    await handle.close();
  }
}

function notEmpty(folder: string): AlidadeError {
  return new AlidadeError(
    'ALI_STORE_NOT_EMPTY',
    `${folder} is there already, and is not an empty folder; nothing was written. Name another one.`,
  );
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
