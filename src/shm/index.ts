/** Frames: the small records that the processes of an instrument share. Start at shared-memory.ts and data-dict.ts. */

export type { ExactValue } from '../shared/exact-value.ts';
export { readJson } from '../shared/read-json.ts';
export {
  type Application,
  type ApplicationDefinition,
  type ApplicationSurroundings,
  shmApplication,
} from './application.ts';
export { flagNamed, storeUrlOf } from './application-options.ts';
export type { Rotation } from './csv-log.ts';
export { CsvLogs, type CsvLogsOptions, logOptionsOf, parseRotation } from './csv-logs.ts';
export { DataDict, type FramesOf, type WrittenFramesOf } from './data-dict.ts';
export { declarationOf } from './declaration.ts';
export {
  type BlankField,
  blankText,
  type Description,
  parseDescriptions,
  readDescriptions,
} from './description.ts';
export {
  type AnyFields,
  type AnyFrames,
  type FieldValue,
  Float,
  type FrameTypes,
  float,
  type NameOf,
  type SettableFields,
  type SettableValue,
} from './field-value.ts';
export { Fifo, type FifoOptions, fifoKey } from './fifo.ts';
export { Frame } from './frame.ts';
export type { FrameLog } from './frame-log.ts';
export type { ListenOptions } from './group-listener.ts';
export type { InitOptions } from './init.ts';
export type { Layout } from './layout.ts';
export type { Listener } from './listener.ts';
export { frameWrite } from './notice.ts';
export type { PatternOptions } from './pattern-listener.ts';
export { type Tick, ticks } from './rate.ts';
export { readTexts } from './reader.ts';
export { type ReplayOptions, type ReplayReport, replay } from './replay.ts';
export { type Shape, shapeOf } from './shape.ts';
export {
  type OpenSharedMemoryOptions,
  openSharedMemory,
  SharedMemory,
  type SharedMemoryOptions,
} from './shared-memory.ts';
export type { WaitOptions } from './wait-for-init.ts';
export { writeExact } from './write-json.ts';
export { type SetOptions, WrittenFrame } from './written-frame.ts';
