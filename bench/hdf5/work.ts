/** What is measured; peer.py does the same. */
export interface Work {
  /** `chunks`: chunks of 1 MiB, ready-made; `rows` and `blocks`: float64 samples to 100 datasets in turn. */
  readonly kind: 'chunks' | 'rows' | 'blocks';
  /** Chunks or samples in all. */
  readonly count: number;
  /** All that was written is on the disk after each so many. */
  readonly syncEvery: number;
}

export interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of the process, until now. */
  readonly peakBytes: number;
}

export const chunkBytes = 1024 * 1024;
export const datasets = 100;
export const blockRows = 100;
