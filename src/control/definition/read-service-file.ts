import { dirname, resolve } from 'node:path';
import { float, plainValue } from '../../shared/exact-value.ts';
import { type Path, YamlFile, type YamlFileKind } from '../../shared/yaml-file.ts';
import { type LogRules, logRules } from '../logging/log-rule.ts';
import { type Dialect, dialects } from '../message.ts';
import type { ExactValue } from '../value.ts';
import type { EndpointDefinition, MeshDefinition, ServiceDefinition, SetupCall } from './definition.ts';
import { generationOf } from './generation.ts';
import { Place } from './place.ts';

/** Dragonfly's files are read as Python reads YAML. */
export const serviceFileKind: YamlFileKind = {
  code: 'ALI_CONTROL',
  what: 'a file of a service',
  maxMebibytes: 16,
  maxValues: 1_000_000,
  version: '1.1',
};

/**
 * Reads the file of a service: those of dragonfly of all generations as they are, and our own, which have the same form.
 * Checked is what can be known without the classes; {@link makeService} checks the rest.
 *
 * @throws ALI_CONTROL with file, line and column
 * @example
 * const definition = readServiceFile('examples/kv-store/service.yaml');
 * const { options, runSetupCalls } = await makeService(definition);
 */
export function readServiceFile(path: string): ServiceDefinition {
  return serviceDefinitionOf(new YamlFile(path, serviceFileKind), []);
}

/** The same from a place in another file, such as an entry of `services` in an instrument file. */
export function serviceDefinitionOf(yaml: YamlFile, path: Path): ServiceDefinition {
  const whole = new Place(yaml, path, yaml.values({ float, typedKeys: true }, path));
  const entries = whole.entries('a map with name, module and endpoints');
  const unwrapped = withRuntimeConfig(whole, entries);
  const reader = new ServiceReader(yaml, unwrapped);
  return reader.read(whole);
}

/** Files for dripline before 4.8 had their settings in a map `runtime-config`. */
function withRuntimeConfig(whole: Place, entries: ReadonlyMap<string, Place>): ReadonlyMap<string, Place> {
  const wrapped = entries.get('runtime-config');
  if (wrapped === undefined) return entries;
  return new Map([...wrapped.entries('a map'), ...whole.entries('a map')]);
}

const settings: ReadonlySet<string> = new Set([
  'name',
  'nodename',
  'module',
  'module_path',
  'endpoints',
  'providers',
  'setup_calls',
  'broker',
  'exchange',
  'keys',
  'alert_keys',
  'dripline_mesh',
  'auth_file',
  'auth_groups',
  'broadcast_key',
  'heartbeat_interval_s',
  'message_wait_ms',
  'queue_wait_s',
  'logRules',
  'wire',
  'runtime-config',
]);

/** What is right in dragonfly's files and decides nothing here. */
const withoutEffect: Readonly<Record<string, string>> = {
  enable_scheduling: 'endpoints with log_interval are always scheduled',
  loop_timeout_ms: 'nothing here waits in a loop',
  restart_on_error: 'a service here survives errors and reconnects by itself',
};

class ServiceReader {
  readonly #yaml: YamlFile;
  readonly #entries: ReadonlyMap<string, Place>;
  readonly #folder: string;
  readonly #names = new Map<string, Place>();
  readonly #modules = new Set<string>();
  readonly #notes: string[] = [];

  constructor(yaml: YamlFile, entries: ReadonlyMap<string, Place>) {
    this.#yaml = yaml;
    this.#entries = entries;
    this.#folder = dirname(resolve(yaml.name));
  }

  read(whole: Place): ServiceDefinition {
    const root = this.#root(whole);
    const told = this.#entries.get('logRules')?.oneOf<LogRules>(logRules);
    const generation = told ?? generationOf(this.#entries, this.#modules);
    const wire = this.#entries.get('wire')?.oneOf<Dialect>(dialects);
    const yaml = this.#yaml;
    return {
      file: yaml.name,
      name: root.name,
      generation,
      wire: wire ?? (generation === 'alidade' ? undefined : generation),
      root,
      setupCalls: this.#setupCalls(),
      mesh: this.#mesh(),
      authFile: this.#file('auth_file'),
      authGroups: plainOf(this.#entries.get('auth_groups')?.value),
      heartbeatIntervalSeconds: this.#entries.get('heartbeat_interval_s')?.number(),
      messageWaitMs: this.#entries.get('message_wait_ms')?.number(),
      queueWaitSeconds: this.#entries.get('queue_wait_s')?.number(),
      broadcastKey: this.#entries.get('broadcast_key')?.word('a word that broadcasts go to'),
      alertKeys: (this.#entries.get('alert_keys') ?? this.#entries.get('keys'))?.texts(),
      notes: this.#notes,
      fault: (path, problem, key) => yaml.fault(path, problem, key),
      lineOf: (path) => yaml.placeOf(path).line,
    };
  }

  #root(whole: Place): EndpointDefinition {
    const nameEntry = this.#entries.get('name') ?? this.#entries.get('nodename');
    if (nameEntry === undefined) throw whole.fault('a service needs a name: name: my_service');
    const parameters = new Map<string, unknown>();
    for (const [key, entry] of this.#entries) {
      if (settings.has(key)) continue;
      const reason = Object.hasOwn(withoutEffect, key) ? withoutEffect[key] : undefined;
      if (reason === undefined) parameters.set(key, entry.value);
      else this.#notes.push(`${entry.where}: ${key} has no effect here: ${reason}`);
    }
    const module = this.#module(this.#entries.get('module'), 'Service');
    const name = this.#name(nameEntry);
    const list = this.#entries.get('endpoints') ?? this.#entries.get('providers');
    return {
      name,
      module,
      modulePath: this.#file('module_path'),
      parameters,
      endpoints: this.#endpoints(list),
      path: whole.path,
    };
  }

  #endpoints(list: Place | undefined): EndpointDefinition[] {
    if (list === undefined || list.value === null) return [];
    return list.items('a list of endpoints').map((item) => this.#endpoint(item));
  }

  #endpoint(item: Place): EndpointDefinition {
    const entries = item.entries('an endpoint: a map with name and module');
    const nameEntry = entries.get('name');
    if (nameEntry === undefined) throw item.fault('an endpoint needs a name');
    const module = entries.get('module');
    if (module === undefined) throw item.fault(`endpoint ${nameEntry.shown} needs a module: its class`);
    const parameters = new Map<string, unknown>();
    for (const [key, { value }] of entries) if (!reserved.has(key)) parameters.set(key, value);
    return {
      name: this.#name(nameEntry),
      module: this.#module(module, ''),
      modulePath: entries.get('module_path')?.file(this.#folder),
      parameters,
      endpoints: this.#endpoints(entries.get('endpoints')),
      path: item.path,
    };
  }

  /** Endpoints and the service share one flat space of names, over the whole broker. */
  #name(entry: Place): string {
    const name = entry.word('the name that messages are routed by');
    const other = this.#names.get(name);
    if (other !== undefined)
      throw entry.fault(`'${name}' is the name of something else in this file already (${other.where})`);
    this.#names.set(name, entry);
    return name;
  }

  #module(entry: Place | undefined, otherwise: string): string {
    const module = entry?.text('the name of a class') ?? otherwise;
    this.#modules.add(module);
    return module;
  }

  #setupCalls(): SetupCall[] {
    const list = this.#entries.get('setup_calls');
    if (list === undefined || list.value === null) return [];
    return list.items('a list of calls').map((item) => {
      const entries = item.entries('a call: a map with target, method, args and kwargs');
      const target = entries.get('target');
      const method = entries.get('method');
      if (target === undefined || method === undefined)
        throw item.fault('a setup call needs a target and a method');
      const args = entries.get('args')?.value ?? [];
      const kwargs = entries.get('kwargs');
      return {
        target: target.text('the name of an endpoint'),
        method: method.text('the name of a method'),
        args: Array.isArray(args) ? args : [args],
        kwargs: new Map(
          [...(kwargs === undefined || kwargs.value === null ? [] : kwargs.entries('a map'))].map(
            ([key, { value }]) => [key, value],
          ),
        ),
        path: item.path,
      };
    });
  }

  #mesh(): MeshDefinition {
    const place = this.#entries.get('dripline_mesh');
    const broker = this.#entries.get('broker')?.text('a host');
    if (place === undefined || place.value === null) {
      const requestsExchange = this.#entries.get('exchange')?.text('the name of an exchange');
      return { broker, requestsExchange };
    }
    const mesh = place.entries('a map with broker and broker_port');
    return {
      broker: mesh.get('broker')?.text('a host') ?? broker,
      brokerPort: mesh.get('broker_port')?.number(),
      requestsExchange: mesh.get('requests_exchange')?.text('the name of an exchange'),
      alertsExchange: mesh.get('alerts_exchange')?.text('the name of an exchange'),
      heartbeatRoutingKey: mesh.get('heartbeat_routing_key')?.text('a word'),
      maxPayloadBytes: mesh.get('max_payload_size')?.number(),
    };
  }

  #file(key: string): string | undefined {
    return this.#entries.get(key)?.file(this.#folder);
  }
}

const reserved: ReadonlySet<string> = new Set(['name', 'module', 'module_path', 'endpoints']);

function plainOf(value: unknown): unknown {
  return value === undefined ? undefined : plainValue(value as ExactValue);
}
