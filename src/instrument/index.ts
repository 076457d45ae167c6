/** An instrument: what an `instrument.yaml` describes, brought to life. Start at instrument.ts. */
export { type Clock, systemClock } from './clock.ts';
export type { InstrumentDefinition, SensorDefinition, SimulationDefinition } from './definition.ts';
export {
  defaultStoreUrl,
  type Instrument,
  type InstrumentStatus,
  type OpenInstrumentOptions,
  openInstrument,
  type SensorStatus,
} from './instrument.ts';
export type { Preparation } from './prepare.ts';
export { instrumentFileName, readDefinition } from './read-definition.ts';
export { compileSimulation, type Simulation } from './simulation.ts';
export type { Losses } from './simulator.ts';
