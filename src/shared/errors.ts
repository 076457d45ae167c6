/**
 * Every error code of the program, its exit status, and when it is seen. A code is part of the interface: it is
 * never renamed, and docs/reference/errors.md lists each one (a test holds the two together).
 */
export const errorCodes = {
  ALI_USAGE: { exit: 2, when: 'an argument or option is missing, unknown or malformed' },
  ALI_NOT_CONFIRMED: { exit: 5, when: 'a verb that destroys was called without --yes; nothing was done' },
  ALI_FORBIDDEN: { exit: 5, when: 'a page of another site asked a server of this machine' },
  ALI_NODE_TOO_OLD: { exit: 1, when: 'this Node.js or its SQLite is older than Alidade needs' },
  ALI_INTERNAL: { exit: 1, when: 'something happened that Alidade has no better name for; please report it' },

  ALI_STORE_URL: { exit: 2, when: 'a store URL is malformed or names an unknown kind of store' },
  ALI_STORE_NOT_FOUND: { exit: 3, when: 'a verb that only reads found no store where it looked' },
  ALI_STORE_UNREACHABLE: { exit: 1, when: 'the Redis server does not answer, or the connection was lost' },
  ALI_STORE_LOGIN: { exit: 5, when: 'the Redis server refused the user or password' },
  ALI_STORE_NOT_WRITABLE: { exit: 1, when: 'the store folder or file may not be written by this user' },
  ALI_STORE_FULL: {
    exit: 1,
    when: 'the disk, or the memory allowed to Redis, is full; the write was not done',
  },
  ALI_STORE_DAMAGED: { exit: 1, when: 'a store file is truncated or is not a database' },
  ALI_STORE_NOT_EMPTY: {
    exit: 5,
    when: 'a backup or copy would go where something is already; nothing was written',
  },
  ALI_COPY_DIFFERS: {
    exit: 1,
    when: 'a key that was copied does not hold what was read: something else writes to the target',
  },
  ALI_STORE_FORMAT: { exit: 1, when: 'a store file was written by a newer Alidade' },
  ALI_STORE_NETWORK_FS: {
    exit: 5,
    when: 'the store folder is on a network file system, where SQLite is not safe',
  },
  ALI_STORE_BUSY: { exit: 1, when: 'another process held the store for longer than the time-out' },
  ALI_STORE_CLOSED: { exit: 1, when: 'an operation was called on a store that is closed' },
  ALI_STORE_FAILED: {
    exit: 1,
    when: 'the engine under the store failed in another way; the message says how',
  },
  ALI_READ_ONLY: { exit: 5, when: 'a write was asked of a store that was opened read-only' },
  ALI_NO_SUCH_SPACE: { exit: 2, when: 'a space is unknown to this store' },
  ALI_WRONG_KIND: {
    exit: 5,
    when: 'a key holds another kind of entry than the operation needs; nothing was written',
  },
  ALI_VALUE_TOO_LARGE: { exit: 2, when: 'a key or value is larger than the store takes' },
  ALI_KEY: { exit: 2, when: 'a key is neither text nor bytes, or is longer than 64 KiB' },
  ALI_FILE_NOT_WRITTEN: {
    exit: 1,
    when: 'a file that was to be made could not be written; one that stood there is as it was',
  },
  ALI_SNAPSHOT: { exit: 2, when: 'an RDB file is damaged or is not one; nothing was loaded' },

  ALI_ABORTED: { exit: 1, when: 'the operation was given up by its AbortSignal' },
  ALI_TIMEOUT: { exit: 4, when: 'what was waited for did not come in time' },
  ALI_NOT_FOUND: { exit: 3, when: 'the key, or the part of it that was asked for, does not exist' },
  ALI_IMMUTABLE: { exit: 5, when: 'an attribute would change, or a key would change its type' },
  ALI_TIMESTAMP: { exit: 2, when: 'a timestamp is negative, infinite or not a number' },
  ALI_ENCODE: { exit: 2, when: 'a value cannot be encoded' },
  ALI_DECODE: { exit: 1, when: 'stored or received bytes cannot be decoded' },
  ALI_EXPRESSION: { exit: 2, when: 'an expression does not parse or does not evaluate' },
  ALI_CONFIGURATION: {
    exit: 2,
    when: 'a configuration file is malformed, or a configuration or hash that was named is not there',
  },
  ALI_REVISION: { exit: 5, when: 'a configuration has a newer revision than the one to be written on' },
  ALI_ENDPOINT: { exit: 2, when: 'a host:port, tcp:// or ipc:// text is malformed' },
  ALI_ADDRESS: { exit: 1, when: 'the system does not let us listen on an address, or somebody else does' },
  ALI_SOCKET_CLOSED: { exit: 1, when: 'an operation was called on a socket that is closed' },
  ALI_PEER_PROTOCOL: {
    exit: 1,
    when: 'a peer broke the protocol, or is of a kind that is not talked to; only its connection ends',
  },
  ALI_DISPATCHER: {
    exit: 1,
    when: 'the dispatching layer refused what it was asked for streams, or cannot be reached',
  },
  ALI_IMPORT: { exit: 2, when: 'lines of an import are not what an export writes' },
  ALI_USER: { exit: 5, when: 'a program could not become the user that it was to write as' },
  ALI_FILE_EXISTS: { exit: 5, when: 'a file is there already and was not to be replaced' },
  ALI_DISK_FULL: { exit: 1, when: 'the disk is full; a file that was growing keeps what was committed' },
  ALI_FILE_FAILED: {
    exit: 1,
    when: 'writing to an open file failed; it keeps what was committed before',
  },
  ALI_HDF5_REFUSED: {
    exit: 2,
    when: 'a name, type, length or order of calls that an HDF5 file cannot take; nothing of it was written',
  },
  ALI_HDF5_DAMAGED: { exit: 1, when: 'an HDF5 file is damaged, or is none that Alidade wrote' },
  ALI_HDF5_CLOSED: { exit: 1, when: 'something was added to an HDF5 file that is closed' },

  ALI_SHM_SENDER_ALIVE: {
    exit: 5,
    when: 'frames would be replayed while somebody else sends them',
  },
  ALI_SHM_DESCRIPTION: { exit: 2, when: 'a description of frames is malformed; nothing of it was used' },
  ALI_SHM_LAYOUT: { exit: 5, when: 'a frame in the store has other fields than its description' },
  ALI_SHM_LOG: { exit: 2, when: 'a CSV log of frames cannot be read as one' },
  ALI_BUS_URL: { exit: 2, when: 'a bus URL is malformed or names an unknown kind of bus' },
  ALI_BUS_UNREACHABLE: {
    exit: 1,
    when: 'the broker does not answer, or this process may not use a local bus; nothing was sent',
  },
  ALI_BUS_LOGIN: { exit: 5, when: 'the broker refused the user, password or virtual host' },
  ALI_BUS_REFUSED: {
    exit: 5,
    when: 'the broker refused an exchange, queue or binding: another program declared it otherwise',
  },
  ALI_BUS_NAME_TAKEN: { exit: 5, when: 'another program has a queue of this name on the bus' },
  ALI_BUS_UNROUTABLE: { exit: 3, when: 'nobody on the bus listens to this routing key; nothing was done' },
  ALI_BUS_CUT: {
    exit: 1,
    when: 'a connection was lost while a reply was due: the request was done or not, and is not repeated',
  },
  ALI_BUS_BLOCKED: {
    exit: 1,
    when: 'the broker takes no messages now, short of memory or disk; it was not sent',
  },
  ALI_BUS_MESSAGE: { exit: 2, when: 'a message, name or binding cannot go over the bus; it was not sent' },
  ALI_CONTROL: {
    exit: 2,
    when: 'a service, an endpoint or a file of them is declared wrongly, or asks for something unknown',
  },
  ALI_BUS_CLOSED: { exit: 1, when: 'an operation was called on a bus that is closed' },
  ALI_REPLY_REFUSED: { exit: 5, when: 'an endpoint is locked, and was asked without its key' },
  ALI_REPLY_INVALID: { exit: 2, when: 'an endpoint cannot do what it was asked, or not with these values' },
  ALI_REPLY_FAILED: { exit: 1, when: 'an endpoint tried what it was asked and failed' },
  ALI_CREDENTIALS: { exit: 2, when: 'a file with a user and password is missing or malformed' },
  ALI_INSTRUMENT: { exit: 2, when: 'instrument.yaml is missing, malformed or asks for something unknown' },
  ALI_INSTRUMENT_RUNNING: { exit: 5, when: 'another process runs this instrument on this store' },
} as const satisfies Record<string, { exit: 1 | 2 | 3 | 4 | 5; when: string }>;

export type ErrorCode = keyof typeof errorCodes;

/**
 * The one error class that crosses the boundary of a room: a stable code, a message that names the input and the
 * remedy, and the cause when there is one.
 *
 * @example
 * try {
 *   await openStore('redis://127.0.0.1:1');
 * } catch (error) {
 *   if (isAlidadeError(error, 'ALI_STORE_UNREACHABLE')) console.error(error.message);
 * }
 */
export class AlidadeError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }

  /** The exit status of a command that ends with this error. */
  get exitCode(): number {
    return errorCodes[this.code].exit;
  }
}

/** Whether `error` is one of ours, and, when a code is given, has that code. */
export function isAlidadeError(error: unknown, code?: ErrorCode): error is AlidadeError {
  return error instanceof AlidadeError && (code === undefined || error.code === code);
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    // An object without a prototype has no text; others fail at making one.
    return Object.prototype.toString.call(error);
  }
}
