/** Slow control: what the instrument obeys. Start at endpoint.ts, service.ts and client.ts. */
export { type Bus, type OpenBusOptions, openBus } from '../bus/index.ts';
export {
  type CalibratedValue,
  type Calibration,
  type CalibrationFunctions,
  type CalibrationProblem,
  type CalibrationResult,
  compileCalibration,
} from './calibration/calibration.ts';
export { type BroadcastOptions, type CallOptions, Client, type ClientOptions, openClient } from './client.ts';
export type { ArgumentsOf, Attribute, Command } from './declared.ts';
export { checkFile, type EndpointCheck, type FileCheck } from './definition/check-file.ts';
export type {
  EndpointDefinition,
  MeshDefinition,
  ServiceDefinition,
  SetupCall,
} from './definition/definition.ts';
export { type MadeService, makeService } from './definition/make-service.ts';
export { readServiceFile, serviceDefinitionOf } from './definition/read-service-file.ts';
export { DialectBook } from './dialect-book.ts';
export { Endpoint, type EndpointContext, type EndpointOptions } from './endpoint.ts';
export { Entity, type EntityOptions } from './entity.ts';
export { type LogRules, logRules } from './logging/log-rule.ts';
export {
  type Alert,
  type Dialect,
  dialects,
  normalSpecifier,
  type Operation,
  type OutgoingAlert,
  operationNumbers,
  type Reply,
  type Request,
  type SenderInfo,
} from './message.ts';
export type { Verdict } from './modules/catalogue.ts';
export { entityParameters } from './modules/entity-parameters.ts';
export { KeyValueStore, type KeyValueStoreOptions } from './modules/key-value-store.ts';
export type { ModuleRecord } from './modules/module-record.ts';
export { type Parameter, type ParameterType, parameterTypeText } from './modules/parameter.ts';
export { findModule, moduleRecords } from './modules/records.ts';
export { type Monitor, type Monitored, type MonitorOptions, openMonitor } from './monitor.ts';
export { Provider, type ProviderOptions } from './provider.ts';
export type { Range } from './range.ts';
export { isErrorCode, type ReplyCodeName, replyCodeName, replyCodes } from './reply-code.ts';
export { ReplyError } from './reply-error.ts';
export type { ServiceDropReason } from './service/tally.ts';
export { type Service, type ServiceOptions, type ServiceStatus, startService } from './service.ts';
export {
  type Answer,
  type ExactValue,
  Float,
  float,
  type Maybe,
  type Outcome,
  type Value,
} from './value.ts';
