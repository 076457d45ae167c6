import { hostname, userInfo } from 'node:os';
import type { Clock } from '../shared/clock.ts';
import { AlidadeError, isAlidadeError } from '../shared/errors.ts';
import type { Operation, Space } from '../store/index.ts';
import type { ConfigurationChange, FullCommit } from './change.ts';
import { throwIfAborted } from './checks.ts';
import { type Goal, type Plan, planOf } from './commit.ts';
import { ConfigurationError, RevisionError } from './errors.ts';
import { historyKey } from './layout.ts';
import { foreignChanges, type Loaded } from './load.ts';
import type { CommitOptions } from './options.ts';
import { commitOf } from './record.ts';
import { commitsUpTo } from './replay.ts';
import type { State } from './state.ts';
import type { WholeConfigurations } from './whole.ts';

/** What is to be written, found out anew whenever somebody else has committed in between. */
export interface Aim {
  readonly loaded: Loaded;
  /** undefined: the configuration is removed. */
  readonly target: State | undefined;
  /** Notices that go out although nothing changed. */
  readonly anyway?: readonly Operation[] | undefined;
}

const mostAttempts = 200;
/** What a conflict shows of the commits of others. */
const mostShown = 100;

/** Commits to the history of configurations; the only one who writes to them. */
export class Writer {
  readonly #space: Space;
  readonly #clock: Clock;
  readonly #author: string;
  readonly #whole: WholeConfigurations;

  constructor(space: Space, clock: Clock, author: string | undefined, whole: WholeConfigurations) {
    this.#space = space;
    this.#clock = clock;
    this.#author = author ?? defaultAuthor();
    this.#whole = whole;
  }

  /** All aims in one atomic step. */
  async commit(
    message: string,
    options: CommitOptions & { readonly signal?: AbortSignal | undefined },
    aim: () => Promise<readonly Aim[]>,
  ): Promise<ConfigurationChange[]> {
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const aims = await aim();
      const plans = aims.map(({ loaded, target }) => planOf(this.#goal(loaded, target, message, options)));
      await this.#checkRevision(plans, aims, options);
      if (options.dryRun === true) return plans.map((plan, i) => resultOf(plan, aims[i]?.loaded.revision));
      throwIfAborted(options.signal);
      if (
        await this.#write(
          plans,
          aims.flatMap(({ anyway }) => anyway ?? []),
        )
      )
        return plans.map((plan) => resultOf(plan));
    }
    throw new AlidadeError(
      'ALI_STORE_BUSY',
      `others commit to the same configuration all the time; nothing was written after ${mostAttempts} attempts`,
    );
  }

  /** Writes foreign edits into the history, where there are any. Gives undefined when somebody else has committed meanwhile. */
  async noteForeign(loaded: Loaded): Promise<Loaded | undefined> {
    const { current } = loaded;
    if (foreignChanges(loaded).length === 0) return loaded;
    const plan = planOf(this.#goal({ ...loaded, exists: true }, current, '', {}));
    if (!(await this.#write([plan], []))) return undefined;
    return { ...loaded, committed: current, revision: plan.revision };
  }

  #goal(loaded: Loaded, target: State | undefined, message: string, options: CommitOptions): Goal {
    return {
      loaded,
      target,
      author: options.author ?? this.#author,
      message: options.message ?? message,
      timeSeconds: this.#clock.nowMs() / 1000,
    };
  }

  async #write(plans: readonly Plan[], more: readonly Operation[]): Promise<boolean> {
    const operations = plans.flatMap((plan) => plan.operations).concat(more);
    if (operations.length === 0) return true;
    try {
      const { applied } = await this.#space.batch(
        plans.flatMap((plan) => plan.conditions),
        operations,
      );
      if (!applied) return false;
    } catch (error) {
      if (!isAlidadeError(error, 'ALI_WRONG_KIND')) throw error;
      throw new ConfigurationError(
        `a key that is needed is another program's: ${error.message}. Rename it, or what needs it.`,
        {
          cause: error,
        },
      );
    }
    for (const { configuration, kind, foreign } of plans) {
      if (kind !== 'removed' && (kind !== 'same' || foreign.length > 0)) this.#whole.changed(configuration);
    }
    return true;
  }

  /** Foreign edits count as commits of others, and are written down before the refusal tells of them. */
  async #checkRevision(plans: readonly Plan[], aims: readonly Aim[], options: CommitOptions): Promise<void> {
    const expected = options.ifRevision;
    if (expected === undefined) return;
    const [aim, ...others] = aims;
    if (aim === undefined || others.length > 0) {
      throw new AlidadeError(
        'ALI_USAGE',
        `--if-revision (ifRevision) needs exactly one configuration, because each has revisions of its own; here are ${plans.length}: write them one by one`,
      );
    }
    const { configuration, revision } = aim.loaded;
    const isEdited = (plans[0]?.foreign.length ?? 0) > 0;
    if (revision === expected && !isEdited) return;
    if (isEdited) await this.noteForeign(aim.loaded);
    const newest = await this.#space.read({ read: 'length', key: historyKey(configuration) });
    const commits: FullCommit[] = [];
    const first = Math.max(1, Math.min(expected, newest) + 1, newest - mostShown + 1);
    for await (const commit of commitsUpTo(this.#space, configuration, newest, first)) {
      commits.push({ ...commitOf(commit), changes: commit.changes });
    }
    throw new RevisionError(configuration, expected, newest, commits);
  }
}

function resultOf({ configuration, kind, revision, changes }: Plan, before?: number): ConfigurationChange {
  return { configuration, kind, revision: before ?? revision, changes };
}

/** `user@host` of this process. */
function defaultAuthor(): string {
  let user = process.env.USER ?? 'unknown';
  try {
    user = userInfo().username;
  } catch {
    // A user without an entry in the system's list.
  }
  return `${user}@${hostname()}`;
}
