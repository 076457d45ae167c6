import { systemClock } from '../shared/clock.ts';
import { AlidadeError } from '../shared/errors.ts';
import { keyText, type Space, type Store } from '../store/index.ts';
import { adoptable } from './adopt.ts';
import type { Commit, ConfigurationChange, FullCommit, HashChange, JsonObject } from './change.ts';
import { checkName, partsOf, placeOf, textValue, throwIfAborted, unknown } from './checks.ts';
import { fieldOperation } from './commit.ts';
import { differenceOf } from './difference.ts';
import { readDocument } from './document.ts';
import { dumpEntries, readEntry } from './entry.ts';
import { ConfigurationError } from './errors.ts';
import type { ListenFilter, Listening } from './event.ts';
import { checkLength } from './file.ts';
import { compactText, objectText, readJson } from './json.ts';
import { configurationsKey, hashName, historyKey, partsOfName } from './layout.ts';
import { openListening } from './listen.ts';
import { type Loaded, load, loadHash } from './load.ts';
import type {
  AddSourceOptions,
  CommitOptions,
  ConfigurationOptions,
  DiffOptions,
  Entry,
  ExportOptions,
  HistoryOptions,
  PopulateOptions,
  UpdateOptions,
  Validation,
} from './options.ts';
import { commitOf, decodeCommit, wholeCommit } from './record.ts';
import { stateAt } from './replay.ts';
import { type State, stateText } from './state.ts';
import { inFormat } from './text.ts';
import { validation } from './validate.ts';
import { WholeConfigurations } from './whole.ts';
import { Writer } from './writer.ts';

interface FetchOptions {
  /** As this revision left it. Default: as it is now. */
  readonly revision?: number | undefined;
}

/**
 * The configuration database: what the instrument is. Configurations of sources (and other sections), kept in hashes that
 * any Redis client can read and write, each with its history.
 *
 * Every write is one atomic step with its notices and its commit. Values are JSON; text is kept as it is and anything
 * else as its JSON text, and the type is known from the newest commit. Edits by other programs are noticed by the next
 * commit, read or history that meets them, and become a commit by `foreign`.
 *
 * @example
 * await using database = await openConfigurationDatabase('memory:');
 * await database.populate('{"lab": {"sources": {"motor1": {"address": "IOC:m1", "type": "ca-motor"}}}}');
 * await database.update('source:lab:motor1', 'address', 'IOC:m7');
 * await database.fetch('lab'); // { sources: { motor1: { address: 'IOC:m7', type: 'ca-motor' } } }
 */
export class ConfigurationDatabase implements AsyncDisposable {
  readonly #space: Space;
  readonly #store: Store | undefined;
  readonly #whole: WholeConfigurations;
  readonly #writer: Writer;

  /** `store` is closed together with this object; without it the space belongs to somebody else. */
  constructor(space: Space, { author, clock = systemClock }: ConfigurationOptions = {}, store?: Store) {
    this.#space = space;
    this.#store = store;
    this.#whole = new WholeConfigurations(space, clock);
    this.#writer = new Writer(space, clock, author, this.#whole);
  }

  /** The space it stands on. */
  get space(): Space {
    return this.#space;
  }

  /** The names of all configurations. */
  async configurations(): Promise<string[]> {
    return (await this.#space.read({ read: 'members', key: configurationsKey })).map(keyText);
  }

  /**
   * Makes the configurations that a JSON text names what it says: what it does not name within one of them is removed,
   * other configurations are left alone. All in one atomic step.
   *
   * @throws ConfigurationError with line and column, and nothing is written; RevisionError
   * @example await database.populate(await readConfigurationFile('sample.json'), { name: 'sample.json' })
   */
  async populate(text: string, options: PopulateOptions = {}): Promise<ConfigurationChange[]> {
    const { name = 'input', onlyMissing = false, onProgress, signal } = options;
    checkLength(text, name);
    throwIfAborted(signal);
    const states = readDocument(text, name);
    let total = 0;
    for (const state of states.values()) total += state.size;
    onProgress?.({ phase: 'read', done: total, total });
    return this.#writer.commit(`populate ${name}`, options, async () => {
      const aims = [];
      for (const [configuration, target] of states) {
        const loaded = await load(this.#space, configuration, {
          also: new Set(target.keys()),
          signal,
          onProgress: (done, all) => onProgress?.({ phase: 'compare', done, total: all }),
        });
        aims.push({ loaded, target: onlyMissing && loaded.exists ? loaded.current : target });
      }
      onProgress?.({ phase: 'store', done: 0, total });
      return aims;
    });
  }

  /**
   * Writes one field of one hash, and tells so on the channel of the hash, also where the field holds that value already.
   * Its cost does not grow with the configuration.
   *
   * @param value plain text; with `json` JSON text, which keeps its type
   * @throws ConfigurationError when there is no such hash, unless `create`; RevisionError
   * @example await database.update('source:lab:motor1', 'address', 'IOC:m7')
   */
  async update(
    hash: string,
    field: string,
    value: string,
    options: UpdateOptions = {},
  ): Promise<ConfigurationChange> {
    const { configuration, place } = partsOf(hash);
    checkName('field', field);
    const json =
      options.json === true ? compactText(readJson(value, `value of ${field}`)) : textValue(field, value);
    return this.#commitOne(`update ${hash} ${field}`, options, async () => {
      const loaded = await loadHash(this.#space, configuration, hash);
      const before = loaded.current.get(hash);
      if (before === undefined && options.create !== true) {
        throw new ConfigurationError(
          `there is no hash '${hash}'; nothing was written. Use --create (create: true) to make it.`,
        );
      }
      const fields = new Map(before?.fields).set(field, json);
      const isSame = before?.fields.get(field) === json;
      const target = new Map([[hash, { place: before?.place ?? place, fields }]]);
      return { loaded, target, anyway: isSame ? [fieldOperation(hash, field, json)] : [] };
    });
  }

  /** Adds a source, or with `section` an item of another section, to a configuration that is there. */
  async addSource(
    configuration: string,
    source: string,
    fields: Readonly<Record<string, string>>,
    options: AddSourceOptions = {},
  ): Promise<ConfigurationChange> {
    const place = placeOf(configuration, source, options.section);
    const hash = hashName(configuration, place);
    const content = new Map<string, string>();
    for (const [field, value] of Object.entries(fields)) {
      checkName('field', field);
      content.set(
        field,
        options.json === true ? compactText(readJson(value, field)) : textValue(field, value),
      );
    }
    return this.#commitOne(`add ${hash}`, options, async () => {
      const loaded = await loadHash(this.#space, configuration, hash);
      if (!loaded.exists) throw unknown(configuration, await this.configurations());
      if (loaded.current.has(hash))
        throw new ConfigurationError(`'${hash}' is there already; nothing was written`);
      return { loaded, target: new Map([[hash, { place, fields: content }]]) };
    });
  }

  /** Removes a source, or with `section` an item of another section. */
  async removeSource(
    configuration: string,
    source: string,
    options: CommitOptions & { readonly section?: string | undefined } = {},
  ): Promise<ConfigurationChange> {
    const hash = hashName(configuration, placeOf(configuration, source, options.section));
    return this.#commitOne(`remove ${hash}`, options, async () => {
      const loaded = await loadHash(this.#space, configuration, hash);
      if (!loaded.exists) throw unknown(configuration, await this.configurations());
      if (!loaded.current.has(hash))
        throw new ConfigurationError(`there is no hash '${hash}'; nothing was written`);
      return { loaded, target: new Map() };
    });
  }

  /** Adds a configuration in which there is nothing yet. */
  async addConfiguration(configuration: string, options: CommitOptions = {}): Promise<ConfigurationChange> {
    checkName('configuration', configuration);
    return this.#commitOne(`add ${configuration}`, options, async () => {
      const loaded = await load(this.#space, configuration);
      if (loaded.exists) {
        throw new ConfigurationError(
          `configuration '${configuration}' is there already; nothing was written`,
        );
      }
      return { loaded, target: loaded.current };
    });
  }

  /** Removes a configuration with all its hashes. Its history stays, and `checkout` brings it back. */
  async removeConfiguration(
    configuration: string,
    options: CommitOptions = {},
  ): Promise<ConfigurationChange> {
    return this.#commitOne(`remove ${configuration}`, options, async () => ({
      loaded: await this.#load(configuration),
      target: undefined,
    }));
  }

  /** One key as it stands in the store; of a hash the values with their types. @throws ALI_NOT_FOUND */
  async query(name: string): Promise<Entry> {
    const configuration = partsOfName(name)?.configuration;
    if (configuration !== undefined) {
      const loaded = await loadHash(this.#space, configuration, name);
      await this.#writer.noteForeign(loaded);
      const known = loaded.current.get(name);
      if (known !== undefined) return { kind: 'hash', name, fields: [...known.fields] };
    }
    const entry = await readEntry(this.#space, name);
    if (entry !== undefined) return entry;
    throw new AlidadeError('ALI_NOT_FOUND', `there is no hash or set '${name}'`);
  }

  /** The set of configurations, then the set of each, followed by its hashes; with `all` also every other key of the space. */
  dump(options: { readonly all?: boolean | undefined } = {}): AsyncGenerator<Entry> {
    return dumpEntries(this.#space, options.all ?? false, (configuration) => this.#noted(configuration));
  }

  /**
   * A whole configuration as one object. Numbers are JavaScript's; {@link fetchText} keeps them as they were written.
   *
   * @throws ConfigurationError when there is no such configuration or revision
   */
  async fetch(configuration: string, options: FetchOptions = {}): Promise<JsonObject> {
    return JSON.parse(stateText(await this.#state(configuration, options.revision))) as JsonObject;
  }

  /** A whole configuration as text, without loss. */
  async fetchText(
    configuration: string,
    { format = 'json', revision }: FetchOptions & { readonly format?: 'json' | 'yaml' | undefined } = {},
  ): Promise<string> {
    const text = stateText(await this.#state(configuration, revision));
    return inFormat(format, text);
  }

  /** Configurations in the form of the file that populate takes: populate gives the same text back here. */
  async exportText({ configurations, format = 'json', revision }: ExportOptions = {}): Promise<string> {
    const names = configurations ?? (await this.configurations());
    if (revision !== undefined && names.length !== 1) {
      throw new AlidadeError('ALI_USAGE', 'a revision belongs to one configuration: name exactly one');
    }
    const members: [string, string][] = [];
    for (const name of names) members.push([name, stateText(await this.#state(name, revision))]);
    const text = objectText(members);
    return inFormat(format, text);
  }

  /** The commits, newest first, without what they changed; see {@link commit}. Also of a configuration that was removed. */
  async history(configuration: string, options: HistoryOptions = {}): Promise<Commit[]> {
    await this.#noted(configuration);
    const key = historyKey(configuration);
    const length = await this.#space.read({ read: 'length', key });
    if (length === 0) throw unknown(configuration, await this.configurations());
    const end = Math.min(length, (options.before ?? length + 1) - 1);
    const start = Math.max(0, end - (options.limit ?? 100));
    if (end <= start) return [];
    const items = await this.#space.read({ read: 'items', key, start, limit: end - start });
    return items.map((item) => commitOf(decodeCommit(configuration, item))).reverse();
  }

  /** One commit with everything that it changed. */
  async commit(configuration: string, revision: number): Promise<FullCommit> {
    const start = revision - 1;
    const [item] =
      Number.isSafeInteger(start) && start >= 0
        ? await this.#space.read({ read: 'items', key: historyKey(configuration), start, limit: 1 })
        : [];
    if (item === undefined)
      throw new ConfigurationError(`configuration '${configuration}' has no revision ${revision}`);
    const record = await wholeCommit(this.#space, configuration, item);
    return { ...commitOf(record), changes: record.changes };
  }

  /** What differs between two revisions, or between a revision and a file. */
  async diff(configuration: string, { from, to }: DiffOptions = {}): Promise<HashChange[]> {
    if (typeof to === 'object') {
      const name = to.name ?? 'input';
      checkLength(to.text, name);
      const target = readDocument(to.text, name).get(configuration);
      if (target === undefined)
        throw new ConfigurationError(`${name} has no configuration '${configuration}'`);
      const loaded = await this.#noted(configuration);
      const before = from === undefined ? loaded.current : await stateAt(this.#space, configuration, from);
      return differenceOf(before, target);
    }
    const { revision, current } = await this.#noted(configuration);
    const newer = to ?? revision;
    const after = newer === revision ? current : await stateAt(this.#space, configuration, newer);
    return differenceOf(await stateAt(this.#space, configuration, from ?? Math.max(0, newer - 1)), after);
  }

  /** Makes a configuration what it was at a revision. That is a commit of its own. */
  async checkout(
    configuration: string,
    revision: number,
    options: CommitOptions = {},
  ): Promise<ConfigurationChange> {
    const target = await stateAt(this.#space, configuration, revision);
    return this.#commitOne(`checkout revision ${revision}`, options, async () => ({
      loaded: await load(this.#space, configuration, { also: new Set(target.keys()) }),
      target,
    }));
  }

  /**
   * Where configurations do not fit their schemas: the section `schemas` of each, which holds a JSON Schema for each
   * section that has one. Of a text, or of what is there now.
   */
  async validate(options: {
    readonly configurations?: readonly string[] | undefined;
    readonly text?: string | undefined;
    readonly name?: string | undefined;
  }): Promise<Validation> {
    const { text, name = 'input' } = options;
    const { configurations = text === undefined ? await this.configurations() : [] } = options;
    if (text !== undefined) checkLength(text, name);
    const states = text === undefined ? new Map<string, State>() : readDocument(text, name);
    for (const configuration of configurations) states.set(configuration, await this.#state(configuration));
    return validation(states);
  }

  /**
   * Takes hashes that are there already under history: those named as ours that no configuration has, and the layout of
   * the reference (`<c>:sources` and so on), which is copied and left in place for its old clients.
   */
  async adopt(
    options: CommitOptions & { readonly configurations?: readonly string[] | undefined } = {},
  ): Promise<ConfigurationChange[]> {
    return this.#writer.commit('adopt', options, () => adoptable(this.#space, options.configurations));
  }

  /**
   * Follows hashes, configurations, or everything. Resolves when every later change is sure to be told. After a lost
   * connection it reads again and tells what changed meanwhile.
   *
   * @example
   * for await (const change of await database.listen({ hashes: ['source:lab:motor1'] }, { signal })) {
   *   if (change.event === 'field') console.log(`Change on hash ${change.hash} key: ${change.field}`);
   * }
   */
  listen(
    filter: ListenFilter,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Listening> {
    return openListening(this.#space, filter, options.signal);
  }

  /** Sends what is owed to those who listen to whole configurations, which takes a second at most, and closes. */
  async close(): Promise<void> {
    await this.#whole.settled();
    await this.#store?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #commitOne(
    message: string,
    options: CommitOptions,
    aim: () => Promise<{ loaded: Loaded; target: State | undefined }>,
  ): Promise<ConfigurationChange> {
    const [change] = await this.#writer.commit(message, options, async () => [await aim()]);
    return change as ConfigurationChange;
  }

  async #state(configuration: string, revision?: number): Promise<State> {
    if (revision !== undefined) return stateAt(this.#space, configuration, revision);
    return (await this.#load(configuration)).current;
  }

  async #load(configuration: string): Promise<Loaded> {
    const loaded = await this.#noted(configuration);
    if (!loaded.exists) throw unknown(configuration, await this.configurations());
    return loaded;
  }

  /** Reads it whole; foreign edits are in the history afterwards. */
  async #noted(configuration: string): Promise<Loaded> {
    for (;;) {
      const noted = await this.#writer.noteForeign(await load(this.#space, configuration));
      if (noted !== undefined) return noted;
    }
  }
}
