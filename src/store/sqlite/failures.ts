import { AlidadeError, isAlidadeError, messageOf } from '../../shared/errors.ts';

/** SQLite's result codes that mean something to a user (https://sqlite.org/rescode.html); extended codes end in these. */
const code = {
  perm: 3,
  busy: 5,
  locked: 6,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  protocol: 15,
  notADb: 26,
};
/** The extended code of a write that was cut off by the size limit of the file system or the process. */
const ioErrorWrite = 778;

export function isBusy(error: unknown): boolean {
  const primary = primaryCode(error);
  return primary === code.busy || primary === code.locked || primary === code.protocol;
}

/** What an error of node:sqlite means for the user of `location`. */
export function sqliteFailure(error: unknown, location: string): AlidadeError {
  if (isAlidadeError(error)) return error;
  const cause = { cause: error };
  const said = messageOf(error);
  switch (primaryCode(error)) {
    case code.full:
      return new AlidadeError(
        'ALI_STORE_FULL',
        `${location}: the disk is full and the write was not done. Make room and try again; nothing that was stored is lost.`,
        cause,
      );
    case code.perm:
    case code.readOnly:
    case code.cantOpen:
      return new AlidadeError(
        'ALI_STORE_NOT_WRITABLE',
        `${location} may not be opened or written by this user (${said}). Check owner, group and mode of the folder and its files; who only reads must be allowed to write too, as SQLite keeps its log beside the file.`,
        cause,
      );
    case code.corrupt:
    case code.notADb:
      return new AlidadeError(
        'ALI_STORE_DAMAGED',
        `${location} is damaged (${said}). Keep the files as they are for inspection and restore a backup into a new folder.`,
        cause,
      );
    case code.busy:
    case code.locked:
    case code.protocol:
      return new AlidadeError(
        'ALI_STORE_BUSY',
        `${location} was held by another process for too long`,
        cause,
      );
    case code.ioError:
      if ((error as { errcode?: number }).errcode === ioErrorWrite) {
        return new AlidadeError(
          'ALI_STORE_FULL',
          `${location}: the file could not grow and the write was not done`,
          cause,
        );
      }
      return new AlidadeError('ALI_STORE_FAILED', `${location}: the disk failed (${said})`, cause);
    default:
      return new AlidadeError('ALI_STORE_FAILED', `${location}: ${said}`, cause);
  }
}

function primaryCode(error: unknown): number | undefined {
  const extended = (error as { errcode?: unknown } | null)?.errcode;
  return typeof extended === 'number' ? extended & 0xff : undefined;
}
