import { AlidadeError } from '../../shared/errors.ts';

/**
 * An RDB file that is damaged, cut off, not an RDB file at all, or holds what this reader refuses. Nothing of it was
 * loaded. `filename` is the path, or a name in angle brackets for bytes and streams; `offsetBytes` is the place in the
 * file at which reading stopped.
 */
export class RdbParseError extends AlidadeError {
  readonly filename: string;
  readonly offsetBytes: number;

  constructor(filename: string, offsetBytes: number, problem: string, options?: { cause?: unknown }) {
    super(
      'ALI_SNAPSHOT',
      `invalid RDB file ${filename}: ${problem} (at byte ${offsetBytes}). Nothing was loaded; ` +
        'copy the file again whole, or take a new snapshot (SAVE on the Redis server, or RDBWriter)',
      options,
    );
    this.filename = filename;
    this.offsetBytes = offsetBytes;
  }
}

/** What a decoder found wrong. It knows neither file nor offset; the walk over the file adds both. */
export class Damage extends Error {
  /** Where, if it is not the place at which reading stopped. */
  readonly offsetBytes: number | undefined;

  constructor(problem: string, offsetBytes?: number) {
    super(problem);
    this.offsetBytes = offsetBytes;
  }
}
