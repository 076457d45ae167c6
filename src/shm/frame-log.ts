/** Where every frame goes that is set, such as `CsvLogs`. */
export interface FrameLog {
  /** Called in every set and every push; takes no time to speak of, and never throws. */
  add(name: string, sender: string, json: string, nowSeconds: number): void;
  /** Resolves when everything is written, or lost. */
  close(): Promise<void>;
}
