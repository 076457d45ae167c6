/** Telescope state as lines of JSON, out and back in. Start at line.ts, which says what a line is. */
export { type ExportOptions, type ExportPage, exportLines } from './export.ts';
export { type ImportOptions, type ImportReport, importLines } from './import.ts';
export type { RefusedLine } from './import-batch.ts';
export {
  type Head as ExportHead,
  headLine,
  type Item as ExportItem,
  parseLine,
  type Tail as ExportTail,
  tailLine,
} from './line.ts';
