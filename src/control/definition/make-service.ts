import { messageOf } from '../../shared/errors.ts';
import { plainValue } from '../../shared/exact-value.ts';
import type { Log } from '../../shared/log.ts';
import type { Endpoint } from '../endpoint.ts';
import { entityOptions, entityParameters } from '../modules/entity-parameters.ts';
import type { Parameters as ModuleParameters } from '../modules/parameter.ts';
import { findModule } from '../modules/records.ts';
import { Provider } from '../provider.ts';
import type { ServiceOptions } from '../service.ts';
import type { ExactValue } from '../value.ts';
import { type EndpointDefinition, isPlainRoot, type ServiceDefinition } from './definition.ts';
import { isEntityClass, loadOwnClass, type OwnClass } from './own-class.ts';
import { readParameters, unknownParameter } from './parameters.ts';
import { runSetupCalls } from './setup-calls.ts';

/** A service as a file has it, ready to be started. */
export interface MadeService {
  /** What `startService` takes beside a bus. */
  readonly options: Omit<ServiceOptions, 'bus' | 'clock' | 'log'> & { readonly root: Endpoint };
  /** What the file says and nothing here takes, with its place: to be logged. */
  readonly notes: readonly string[];
  /** Does the file's `setup_calls`, once the service has started. What fails is logged, and the next goes on. */
  runSetupCalls(log: Log): Promise<void>;
}

/**
 * Makes the endpoints of a service: classes are looked up by the names of all generations, the user's own are loaded.
 *
 * @throws ALI_CONTROL with file, line and column, for an unknown class (with the nearest known name) and for a value that
 * its class does not take
 */
export async function makeService(definition: ServiceDefinition): Promise<MadeService> {
  const maker = new Maker(definition);
  const { root, endpoints } = await maker.make();
  const { mesh, heartbeatIntervalSeconds, queueWaitSeconds } = definition;
  return {
    options: {
      name: definition.name,
      root,
      endpoints,
      wire: definition.wire,
      heartbeatIntervalMs:
        heartbeatIntervalSeconds === undefined ? undefined : heartbeatIntervalSeconds * 1000,
      heartbeatKey: mesh.heartbeatRoutingKey,
      broadcastKey: definition.broadcastKey,
      maxPayloadBytes: mesh.maxPayloadBytes,
      messageWaitMs: definition.messageWaitMs,
      queueWaitMs: queueWaitSeconds === undefined ? undefined : queueWaitSeconds * 1000,
    },
    notes: [...definition.notes, ...maker.notes],
    runSetupCalls: (log) => runSetupCalls(definition, maker.made, log),
  };
}

class Maker {
  readonly notes: string[] = [];
  /** By name, the one for the service itself included. */
  readonly made = new Map<string, Endpoint>();
  readonly #service: ServiceDefinition;

  constructor(service: ServiceDefinition) {
    this.#service = service;
  }

  async make(): Promise<{ root: Endpoint; endpoints: readonly Endpoint[] }> {
    const { root: definition } = this.#service;
    const isPlain = isPlainRoot(definition);
    const root = isPlain ? this.#plainRoot(definition) : await this.#one(definition, undefined);
    this.made.set(root.name, root);
    const provider = isProvider(root) ? root : undefined;
    const endpoints: Endpoint[] = [];
    for (const one of definition.endpoints) {
      const endpoint = await this.#tree(one, isPlain ? undefined : provider);
      provider?.add(endpoint);
      endpoints.push(endpoint);
    }
    return { root, endpoints };
  }

  #plainRoot(definition: EndpointDefinition): Endpoint {
    for (const key of definition.parameters.keys()) this.#unknown(definition, key, {});
    return new Provider({ name: definition.name, module: definition.module });
  }

  async #tree(definition: EndpointDefinition, provider: Provider | undefined): Promise<Endpoint> {
    const endpoint = await this.#one(definition, provider);
    this.made.set(endpoint.name, endpoint);
    if (definition.endpoints.length === 0) return endpoint;
    if (!isProvider(endpoint)) {
      throw this.#service.fault(
        [...definition.path, 'endpoints'],
        `${definition.name}: ${definition.module} takes no endpoints under it`,
      );
    }
    for (const child of definition.endpoints) endpoint.add(await this.#tree(child, endpoint));
    return endpoint;
  }

  async #one(definition: EndpointDefinition, provider: Provider | undefined): Promise<Endpoint> {
    const { name, module, modulePath } = definition;
    if (modulePath !== undefined) {
      const own = await this.#at([...definition.path, 'module_path'], name, () =>
        loadOwnClass(modulePath, module),
      );
      return this.#own(own, definition, provider);
    }
    const record = await this.#at([...definition.path, 'module'], name, () => findModule(module));
    const { values, unknown } = readParameters(this.#service, definition, record.parameters);
    for (const key of unknown) this.#unknown(definition, key, record.parameters);
    const whole =
      'logRules' in record.parameters ? { logRules: this.#service.generation, ...values } : values;
    return this.#at(definition.path, undefined, () => record.create(whole, { name, module, provider }));
  }

  /** A class of the user's own gets the entries as they are, and of an entity's those with their names of TypeScript. */
  async #own(
    own: OwnClass,
    definition: EndpointDefinition,
    provider: Provider | undefined,
  ): Promise<Endpoint> {
    const { name } = definition;
    const isEntity = isEntityClass(own);
    const declared = { ...(isEntity ? entityParameters : {}), ...own.parameters };
    const { values, unknown } = readParameters(this.#service, definition, declared);
    if (own.parameters !== undefined) for (const key of unknown) this.#unknown(definition, key, declared);
    const rest = Object.fromEntries(
      unknown.map((key) => [key, plainValue(definition.parameters.get(key) as ExactValue)]),
    );
    const ofEntity = isEntity
      ? entityOptions(
          { logRules: this.#service.generation, ...values } as Parameters<typeof entityOptions>[0],
          name,
        )
      : {};
    // What `serve -k` or the file names is for a class that consumes alerts: it stands for the service itself.
    const alertKeys = definition === this.#service.root ? this.#service.alertKeys : undefined;
    return this.#at(
      definition.path,
      undefined,
      () => new own({ ...rest, ...values, ...ofEntity, name, provider, alertKeys }),
    );
  }

  /** In a file of dragonfly an entry that no class takes was never noticed; in ours it is an error. */
  #unknown(definition: EndpointDefinition, key: string, parameters: ModuleParameters): void {
    const problem = unknownParameter(definition, key, parameters);
    const fault = this.#service.fault(definition.path, problem, key);
    if (this.#service.generation === 'alidade') throw fault;
    this.notes.push(`${fault.message}; it has no effect`);
  }

  /** Gives what goes wrong its place in the file. */
  async #at<T>(
    path: readonly PropertyKey[],
    name: string | undefined,
    work: () => T | Promise<T>,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const problem = messageOf(error);
      throw this.#service.fault(path, name === undefined ? problem : `${name}: ${problem}`);
    }
  }
}

/** By what it can do: a class of the user's own may come from another copy of this package. */
function isProvider(endpoint: Endpoint): endpoint is Provider {
  return 'add' in endpoint && typeof endpoint.add === 'function';
}
