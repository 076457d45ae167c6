/**
 * What the writer needs of a disk. It does no I/O of its own, so that a file in memory, or one whose power is cut
 * anywhere, does as well as a real one.
 *
 * The writer makes several calls of `writeAt` at a time, for places that do not overlap, and one of `truncate`; `sync` is
 * the only barrier: of the writes since the last one any may be missing after a power cut, torn at 4 KiB. A `sync` covers the calls that had resolved before
 * it was called; the writer may write on while it runs.
 */
export interface Hdf5Storage {
  /**
   * Writes all of `bytes`, one piece after the other, from `position` on; beyond the end the file grows, and what lies
   * between reads as zeros. The bytes do not change until the promise resolves.
   */
  writeAt(position: number, bytes: Uint8Array | readonly Uint8Array[]): Promise<void>;
  /** Resolves when everything written before is on the disk, and stays through a power cut. */
  sync(): Promise<void>;
  /** Sets the size of the file: cuts it, or extends it by a hole. */
  truncate(sizeBytes: number): Promise<void>;
  /** Called once, last, also after one of the others failed. */
  close(): Promise<void>;
}
