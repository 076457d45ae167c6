import { AlidadeError } from '../shared/errors.ts';
import type { FullCommit } from './change.ts';

/** Thrown when input is not a configuration, or names something that is not there; nothing was written. Exit status 2. */
export class ConfigurationError extends AlidadeError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('ALI_CONFIGURATION', message, options);
  }
}

/** Thrown when `ifRevision` is not the newest revision any more; nothing was written. `commits` says what others did since. */
export class RevisionError extends AlidadeError {
  readonly configuration: string;
  /** The newest revision. */
  readonly revision: number;
  /** The commits after the revision that was expected, oldest first; at most the last hundred. */
  readonly commits: readonly FullCommit[];

  constructor(configuration: string, expected: number, revision: number, commits: readonly FullCommit[]) {
    super(
      'ALI_REVISION',
      `configuration '${configuration}' is at revision ${revision}, not ${expected}; nothing was written. Look at what changed, and write again on top of it.`,
    );
    this.configuration = configuration;
    this.revision = revision;
    this.commits = commits;
  }
}
