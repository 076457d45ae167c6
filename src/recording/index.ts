/** Streams into HDF5 files. Start at recorder.ts (recordings of one stream) and recording.ts (one file). */
export type { Bound } from './bound.ts';
export { type EarliestExport, type EarliestExportOptions, exportEarliest } from './export-earliest.ts';
export type { LostMessageReason } from './ledger.ts';
export type { RecordingOptions } from './options.ts';
export {
  RecordedFile,
  type StoredChannel,
  type StoredDefinition,
  type StoredValues,
} from './read/recorded-file.ts';
export type { StoredObject } from './read/stored-object.ts';
export type { LostReason } from './recorded-channel.ts';
export { type MessageStream, Recorder, type RecorderOptions } from './recorder.ts';
export { Recording, type WriteOptions } from './recording.ts';
export type { StateAround } from './state-around.ts';
export type { ChannelPresence, Ending, RecordingState, RecordingStatus } from './status.ts';
export { type Verification, verifyRecording } from './verify-recording.ts';
export { becomeUser } from './writer/become-user.ts';
export { writerRoutes } from './writer/routes.ts';
export { makeFolderOf, Writer, type WriterOptions, type WriterState } from './writer/writer.ts';
