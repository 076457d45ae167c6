import type { SimulatedSourceOptions } from '../bsread/index.ts';
import type { Dialect, ServiceDefinition } from '../control/index.ts';
import type { Value } from '../telstate/index.ts';
import type { Simulation } from './simulation.ts';

/** What an `instrument.yaml` says, complete: no other file sees an optional. */
export interface InstrumentDefinition {
  /** The file as it was given, for messages. */
  readonly file: string;
  readonly name: string;
  readonly description: string | undefined;
  /** The URL of the store, its folder made absolute; undefined where the file names none. */
  readonly storeUrl: string | undefined;
  /** The path of the snapshot to load, made absolute. */
  readonly snapshotFile: string | undefined;
  /** The path of the JSON file of configurations, made absolute. */
  readonly configurationsFile: string | undefined;
  /** Undefined where the file says nothing of slow control. */
  readonly control: SlowControlDefinition | undefined;
  /** Undefined where the file has none. */
  readonly streams: StreamsDefinition | undefined;
  /** In the order of the file. */
  readonly attributes: ReadonlyMap<string, Value>;
  readonly sensors: readonly SensorDefinition[];
  /** Of the rules whose glob matches a sensor the first holds. */
  readonly retention: readonly RetentionRule[];
}

/** The bus of an instrument, and the services that it runs there. */
export interface SlowControlDefinition {
  /** Undefined where the file names none: that of the nearest `.alidade` folder. */
  readonly busUrl: string | undefined;
  /** The dialect where nothing else is said. */
  readonly wire: Dialect | undefined;
  /** The dialect of endpoints and services by their names. */
  readonly targets: Readonly<Record<string, Dialect>>;
  readonly services: readonly ServiceDefinition[];
}

/** The simulated sources of an instrument, and its ring buffers. */
export interface StreamsDefinition {
  readonly simulated: readonly SimulatedStreamDefinition[];
  readonly buffers: readonly BufferDefinition[];
}

export interface SimulatedStreamDefinition extends SimulatedSourceOptions {
  readonly name: string;
}

export interface BufferDefinition {
  readonly name: string;
  /** Where its sources are. */
  readonly inputs: readonly string[];
  readonly mode?: 'pull' | 'sub' | undefined;
  /** Where consumers connect. */
  readonly address: string;
  readonly fanOut: 'push' | 'pub';
  /** Pulses. */
  readonly length: number;
  readonly bytes?: number | undefined;
  /** Milliseconds. */
  readonly lateness?: number | undefined;
  readonly analyzer: boolean;
  readonly statusPort?: number | undefined;
  readonly sensors: readonly ChannelSensorDefinition[];
}

/** A scalar channel that is a sensor of telescope state. */
export interface ChannelSensorDefinition {
  readonly channel: string;
  readonly sensor: string;
  /** Samples a second at most. */
  readonly rateHz: number;
}

/** How long samples are kept; without a bound for ever. */
export interface RetentionRule {
  /** A glob of keys. */
  readonly keys: string;
  readonly keepMs: number | undefined;
  readonly keepLast: number | undefined;
}

/** A sensor of telescope state, and where its samples come from. */
export interface SensorDefinition {
  readonly name: string;
  readonly units: string | undefined;
  readonly description: string | undefined;
  readonly simulate: SimulationDefinition | undefined;
}

export interface SimulationDefinition {
  /** Samples a second. */
  readonly rateHz: number;
  readonly valueAt: Simulation;
}
