/** The streams of bsread: what an instrument measures, pulse by pulse, over ZeroMQ. */
export { type Analysis, type AnalyzedMessage, Analyzer } from './analyzer/analyzer.ts';
export type { Finding, FindingKind } from './analyzer/finding.ts';
export { RingBuffer, type RingBufferOptions } from './buffer/ring-buffer.ts';
export { serveBufferStatus } from './buffer/serve-status.ts';
export type { RingBufferStatus } from './buffer/status.ts';
export { Channel, type ChannelState } from './channel.ts';
export type { ChannelDefinition } from './channel-definition.ts';
export type { ChannelType, ChannelValue, Compression, Encoding, ItemArray } from './channel-type.ts';
export {
  type ConnectionNews,
  type ConnectionNewsKind,
  type ConnectionStatus,
  ConnectionWatch,
  type ConnectionWatchOptions,
  logNews,
} from './connection-watch.ts';
export type { DataHeader } from './data-header.ts';
export {
  Dispatcher,
  type DispatcherOptions,
  type LiveChannel,
  type RequestedChannel,
  type RequestOptions,
  type StreamRequestOptions,
} from './dispatcher.ts';
export type { Drop, DropReason } from './drop.ts';
export type { Json, JsonObject } from './json.ts';
export { jsonText } from './json-text.ts';
export type { MainHeader } from './main-header.ts';
export { PulseMessage } from './message.ts';
export { type DecoderOptions, type DecoderStatistics, MessageDecoder } from './message-decoder.ts';
export {
  type EncoderOptions,
  MessageEncoder,
  type PulseOptions,
  type SentValues,
} from './message-encoder.ts';
export { releaseMemory } from './release-memory.ts';
export {
  Sender,
  type SenderOptions,
  type SenderStatistics,
  type SendMessageOptions,
  type SendResult,
} from './sender.ts';
export type { ChannelSpec } from './sent-header.ts';
export type { SentArray, SentList, SentScalar, SentValue } from './sent-value.ts';
export {
  type SimulatedFault,
  SimulatedSource,
  type SimulatedSourceOptions,
  type SimulatedSourceStatus,
  simulatedFaults,
} from './simulation/simulated-source.ts';
export {
  type MessageBatchCallback,
  type ReceiveMessageOptions,
  Source,
  type SourceOptions,
  type SourceStatistics,
} from './source.ts';
export { StreamFileReader } from './stream-file/reader.ts';
export type { StreamRecord } from './stream-file/record.ts';
export { StreamFileWriter } from './stream-file/writer.ts';
