import { randomUUID } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { AlidadeError, messageOf } from '../../shared/errors.ts';
import { untilAborted } from '../../shared/until-aborted.ts';
import type { ByteSink } from './rdb-encoder.ts';
import { writeWhole } from './spool.ts';

/** A path, or a stream such as standard output, which is not ended. */
export type SnapshotTarget = string | Writable;

/** Where a snapshot goes to: it is there whole after {@link complete}, or not at all where that can be. */
export interface OpenTarget extends ByteSink {
  /** How errors name it. */
  readonly name: string;
  /** A folder for what must be kept aside meanwhile. */
  readonly spoolFolder: string;
  complete(): Promise<void>;
  /** Takes back what was written; of a stream nothing can be. */
  discard(): Promise<void>;
}

export interface TargetOptions {
  /** How errors name the target, where it is not a path. */
  readonly filename?: string | undefined;
  /** Ends also the wait for a stream that takes nothing. */
  readonly signal?: AbortSignal | undefined;
}

/** @throws ALI_FILE_NOT_WRITTEN when the path cannot be written */
export async function openTarget(target: SnapshotTarget, options: TargetOptions): Promise<OpenTarget> {
  if (typeof target !== 'string') return streamTarget(target, options);
  return whileWriting(target, async () => {
    const there = await whatIsAt(target);
    if (there?.isDirectory() === true) throw new Error('it is a folder');
    // A pipe or device must not be replaced by a file.
    if (there?.isFile() === false) return deviceTarget(target, await open(target, 'w'));
    // A link stays a link, and the file behind it is replaced.
    return fileTarget(target, there === undefined ? target : await realpath(target), there?.mode);
  });
}

async function whatIsAt(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function fileTarget(name: string, path: string, mode: number | undefined): Promise<OpenTarget> {
  const folder = dirname(path);
  const temporary = join(folder, `${basename(path)}.${randomUUID().slice(0, 8)}.part`);
  const file = await open(temporary, 'wx');
  const discard = async () => {
    await file.close();
    await rm(temporary, { force: true });
  };
  try {
    if (mode !== undefined) await file.chmod(mode & 0o7777);
  } catch (error) {
    await discard();
    throw error;
  }
  return {
    name,
    spoolFolder: folder,
    write: (bytes) => whileWriting(name, () => writeWhole(file, bytes, null)),
    complete: () =>
      whileWriting(name, async () => {
        await file.sync();
        await file.close();
        await rename(temporary, path);
        await syncFolder(folder);
      }),
    discard,
  };
}

function deviceTarget(name: string, file: FileHandle): OpenTarget {
  return {
    name,
    spoolFolder: tmpdir(),
    write: (bytes) => whileWriting(name, () => writeWhole(file, bytes, null)),
    complete: () => whileWriting(name, () => file.close()),
    discard: () => file.close(),
  };
}

function streamTarget(stream: Writable, { filename, signal }: TargetOptions): OpenTarget {
  const name = filename ?? '<stream>';
  // Its error comes to us through the callback of the write; without a listener it would end the process besides.
  const ignore = () => undefined;
  stream.on('error', ignore);
  // The event of a write that fails comes after its callback, and that of one that was given up comes whenever.
  let isSettled = true;
  const release = async () => {
    if (isSettled) stream.off('error', ignore);
  };
  const write = (bytes: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      isSettled = false;
      stream.write(bytes, (error) => {
        if (error) return reject(error);
        isSettled = true;
        resolve();
      });
    });
  return {
    name,
    spoolFolder: tmpdir(),
    write: (bytes) => whileWriting(name, () => untilAborted(() => write(bytes), signal, `writing ${name}`)),
    complete: release,
    discard: release,
  };
}

/** The new name survives a power cut from here on, where the file system knows this and the folder may be opened. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!['EINVAL', 'EACCES', 'EPERM'].some((code) => isCode(error, code))) throw error;
  }
}

/** Runs a step of writing, and says of what fails which file it was. */
export async function whileWriting<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AlidadeError) throw error;
    throw new AlidadeError('ALI_FILE_NOT_WRITTEN', `cannot write ${name}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
