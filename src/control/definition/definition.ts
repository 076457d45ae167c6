import type { AlidadeError } from '../../shared/errors.ts';
import type { Path } from '../../shared/yaml-file.ts';
import type { LogRules } from '../logging/log-rule.ts';
import type { Dialect } from '../message.ts';

/** What a file says of one endpoint. Its entries beside these are the parameters of its class. */
export interface EndpointDefinition {
  readonly name: string;
  readonly module: string;
  /** An ES module of the user's own, as an absolute path; it has a class of the name `module`. */
  readonly modulePath: string | undefined;
  readonly parameters: ReadonlyMap<string, unknown>;
  readonly endpoints: readonly EndpointDefinition[];
  /** Where it stands in the file. */
  readonly path: Path;
}

/** A call that is made once, when the service has started. */
export interface SetupCall {
  readonly target: string;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly kwargs: ReadonlyMap<string, unknown>;
  readonly path: Path;
}

/** Where the broker is and what its exchanges are called, as far as a file says so. */
export interface MeshDefinition {
  readonly broker?: string | undefined;
  readonly brokerPort?: number | undefined;
  readonly requestsExchange?: string | undefined;
  readonly alertsExchange?: string | undefined;
  readonly heartbeatRoutingKey?: string | undefined;
  readonly maxPayloadBytes?: number | undefined;
}

/** What a file says of a service. */
export interface ServiceDefinition {
  readonly file: string;
  readonly name: string;
  /** Whose form the file has; `alidade` for one that has no sign of any generation. Logging goes by its rules. */
  readonly generation: LogRules;
  /** The dialect of what the service says unasked; undefined if the file tells none. */
  readonly wire: Dialect | undefined;
  /** The endpoint that answers for the service's own name. */
  readonly root: EndpointDefinition;
  readonly setupCalls: readonly SetupCall[];
  readonly mesh: MeshDefinition;
  /** As an absolute path. */
  readonly authFile: string | undefined;
  /** The groups of authentication (v3), as they are in the file. */
  readonly authGroups: unknown;
  readonly heartbeatIntervalSeconds: number | undefined;
  readonly messageWaitMs: number | undefined;
  /** How long a request may wait for its endpoint. */
  readonly queueWaitSeconds: number | undefined;
  readonly broadcastKey: string | undefined;
  /** Which alerts the service itself consumes. */
  readonly alertKeys: readonly string[] | undefined;
  /** What the file says that has no effect here, with its place. */
  readonly notes: readonly string[];
  /** The error of a place in the file. */
  fault(path: Path, problem: string, key?: string): AlidadeError;
  lineOf(path: Path): number;
}

const plainRoots: ReadonlySet<string> = new Set(['Service', 'Spimescape']);

/** Whether nothing but the service itself answers for its name: there is no device, and there are no parameters. */
export function isPlainRoot({ module, modulePath }: EndpointDefinition): boolean {
  return modulePath === undefined && plainRoots.has(module);
}
