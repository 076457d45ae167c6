/** An instrument: what an `instrument.yaml` describes, brought to life. Start at instrument.ts. */
export { type Clock, systemClock } from '../shared/clock.ts';
export type { AlertSensorsStatus } from './alert-sensors.ts';
export type {
  InstrumentDefinition,
  RetentionRule,
  SensorDefinition,
  SimulationDefinition,
  SlowControlDefinition,
} from './definition.ts';
export {
  defaultStoreUrl,
  type Instrument,
  type InstrumentStatus,
  type OpenInstrumentOptions,
  openInstrument,
} from './instrument.ts';
export type { Preparation } from './prepare.ts';
export type { PreparedConfigurations } from './prepare-configurations.ts';
export { instrumentFileName, readDefinition } from './read-definition.ts';
export type { RetentionRuleStatus, RetentionStatus } from './retention.ts';
export { retentionInForce } from './retention-in-force.ts';
export type { SensorStatus } from './sensor-readings.ts';
export { compileSimulation, type Simulation } from './simulation.ts';
export type { Losses } from './simulator.ts';
export type { ServedService, SlowControlStatus } from './slow-control.ts';
export type { StoreAway } from './store-contact.ts';
export type { StreamStatus, StreamsStatus } from './streams.ts';
