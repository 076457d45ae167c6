import { createHash } from 'node:crypto';
import type { ChannelDefinition } from './channel-definition.ts';
import { type DataHeader, parseDataHeader } from './data-header.ts';
import type { MainHeader } from './main-header.ts';

/** A data header that was parsed, and which of its channels are wanted. */
export interface KnownHeader {
  readonly header: DataHeader;
  readonly wanted: readonly ChannelDefinition[];
  /** Where the channel of a name stands in `wanted`: the last one, if several have it, as in the reference. */
  readonly places: ReadonlyMap<string, number>;
}

/** As many sources with headers of their own may come in turn before one is parsed again. */
const maxEntries = 8;
/** Of their JSON together; what was parsed takes several times as much. The newest is kept however large it is. */
const maxTotalBytes = 16 * 1024 * 1024;

/**
 * The data headers seen last. One is known by its bytes, not only by the hash that the main header gives: a hash that is
 * kept while the header changes, or given before a header that cannot be parsed, never leads to the wrong definitions.
 */
export class HeaderCache {
  /** Headers whose hash is not the MD5 of their bytes. */
  unverified = 0;
  #wants: ((name: string) => boolean) | undefined;
  /** The one used last comes first. */
  #entries: KnownHeader[] = [];

  constructor(channels: readonly string[] | undefined) {
    const names = channels === undefined ? undefined : new Set(channels);
    this.#wants = names === undefined ? undefined : (name) => names.has(name);
  }

  /** @throws JsonFault, and then nothing is kept */
  get(main: MainHeader, frame: Uint8Array): KnownHeader {
    const entries = this.#entries;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i] as KnownHeader;
      if (entry.header.hash !== main.hash || Buffer.compare(entry.header.frame, frame) !== 0) continue;
      if (i > 0) {
        entries.splice(i, 1);
        entries.unshift(entry);
      }
      return entry;
    }
    const entry = this.#parse(main, frame);
    entries.unshift(entry);
    if (entries.length > maxEntries) entries.pop();
    while (entries.length > 1 && sizeOf(entries) > maxTotalBytes) entries.pop();
    return entry;
  }

  #parse({ hash, dataHeaderCompression }: MainHeader, frame: Uint8Array): KnownHeader {
    // The frame would keep all that was received with it.
    const header = parseDataHeader(new Uint8Array(frame), hash, dataHeaderCompression);
    if (createHash('md5').update(frame).digest('hex') !== hash.toLowerCase()) this.unverified++;
    const wants = this.#wants;
    const wanted = wants === undefined ? header.channels : header.channels.filter(({ name }) => wants(name));
    return { header, wanted, places: new Map(wanted.map(({ name }, place) => [name, place])) };
  }
}

function sizeOf(entries: readonly KnownHeader[]): number {
  return entries.reduce((sum, { header }) => sum + header.sizeBytes, 0);
}
