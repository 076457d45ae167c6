/** What a process and the writer thread of a space say to each other. */
export interface WriterData {
  readonly path: string;
  readonly location: string;
  /** Where to ring after a commit that published something: the store's folder, and the space. */
  readonly bells: { readonly folder: string; readonly name: string };
}

/** First byte of a task in a group; a batch follows the first two. */
export const taskTag = { fast: 0, durable: 1, clear: 2 } as const;

/** Commit what was sent before, and end. */
export const close = 'close';

export interface Reply {
  /** Results of all tasks of the oldest `groups` groups that have no answer yet, in their order. */
  readonly results: Uint8Array<ArrayBuffer>;
  readonly groups: number;
  readonly published: boolean;
}
