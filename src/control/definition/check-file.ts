import { isAlidadeError, messageOf } from '../../shared/errors.ts';
import { compileCalibration } from '../calibration/calibration.ts';
import type { LogRules } from '../logging/log-rule.ts';
import { foreignModule, type Verdict } from '../modules/catalogue.ts';
import { keyValueFunctions } from '../modules/key-value-functions.ts';
import type { ModuleRecord } from '../modules/module-record.ts';
import { findModule } from '../modules/records.ts';
import { Provider } from '../provider.ts';
import { type EndpointDefinition, isPlainRoot, type ServiceDefinition } from './definition.ts';
import { assertOwnModule } from './own-class.ts';
import { readParameters, unknownParameter } from './parameters.ts';
import { readServiceFile } from './read-service-file.ts';

/** What is to be said of one endpoint of a file. */
export interface EndpointCheck {
  readonly name: string;
  readonly module: string;
  readonly line: number;
  readonly verdict: Verdict;
  /** What is wrong with it, has no effect, or is to be done. */
  readonly notes: readonly string[];
  /** Whether it keeps the service from starting. */
  readonly isFault: boolean;
}

export interface FileCheck {
  readonly file: string;
  readonly name: string;
  readonly generation: LogRules;
  /** All endpoints, those under others after them; the one for the service itself first. */
  readonly endpoints: readonly EndpointCheck[];
  readonly notes: readonly string[];
}

/**
 * Says of each endpoint of a file whether it can run here, is to be ported, or is to be left under dragonfly. Nothing of it is
 * started, and no module of the user's own is run.
 *
 * @throws ALI_CONTROL with line and column, for what is no file of a service
 * @example
 * const { endpoints } = checkFile('examples/kv-store/service.yaml');
 * const missing = endpoints.filter(({ verdict }) => verdict !== 'supported');
 */
export function checkFile(path: string): FileCheck {
  const service = readServiceFile(path);
  const { file, name, generation, root, notes } = service;
  return { file, name, generation, endpoints: checkTree(service, root), notes };
}

function checkTree(
  service: ServiceDefinition,
  definition: EndpointDefinition,
  parent?: EndpointDefinition,
): EndpointCheck[] {
  const children = definition.endpoints.flatMap((child) => checkTree(service, child, definition));
  return [checkOne(service, definition, parent), ...children];
}

function checkOne(
  service: ServiceDefinition,
  definition: EndpointDefinition,
  parent: EndpointDefinition | undefined,
): EndpointCheck {
  const { name, module, modulePath, path } = definition;
  const check = { name, module, line: service.lineOf(path) };
  if (modulePath !== undefined) return { ...check, ...checkOwn(modulePath) };
  if (definition === service.root && isPlainRoot(definition))
    return { ...check, verdict: 'supported', notes: [], isFault: false };
  const foreign = foreignModule(module);
  if (foreign !== undefined)
    return { ...check, verdict: foreign.verdict, notes: [foreign.advice], isFault: true };
  try {
    return { ...check, ...checkKnown(service, definition, findModule(module), parent) };
  } catch (error) {
    if (!isAlidadeError(error)) throw error;
    return { ...check, verdict: 'to be ported', notes: [error.message], isFault: true };
  }
}

function checkOwn(modulePath: string): Pick<EndpointCheck, 'verdict' | 'notes' | 'isFault'> {
  try {
    assertOwnModule(modulePath);
    return { verdict: 'supported', notes: [`a class of your own, in ${modulePath}`], isFault: false };
  } catch (error) {
    return { verdict: 'to be ported', notes: [messageOf(error)], isFault: true };
  }
}

function checkKnown(
  service: ServiceDefinition,
  definition: EndpointDefinition,
  record: ModuleRecord,
  parent: EndpointDefinition | undefined,
): Pick<EndpointCheck, 'verdict' | 'notes' | 'isFault'> {
  const notes: string[] = [];
  let isFault = false;
  const isUnderProvider = parent !== undefined && !isPlainRoot(parent);
  const provider = isUnderProvider ? new Provider({ name: parent.name }) : undefined;
  try {
    const { values, unknown } = readParameters(service, definition, record.parameters);
    for (const key of unknown) {
      notes.push(`${unknownParameter(definition, key, record.parameters)}; it has no effect`);
      isFault ||= service.generation === 'alidade';
    }
    record.create(
      { logRules: service.generation, ...values },
      { name: definition.name, module: definition.module, provider },
    );
    notes.push(...loggingNotes(service, values), ...calibrationNotes(values.calibration));
  } catch (error) {
    notes.push(messageOf(error));
    isFault = true;
  }
  if (definition.endpoints.length > 0 && !record.isProvider) {
    notes.push(`${definition.module} takes no endpoints under it`);
    isFault = true;
  }
  return { verdict: 'supported', notes, isFault };
}

/** Where the rules of a generation log nothing, or more than was meant. */
function loggingNotes(
  { generation }: ServiceDefinition,
  values: Readonly<Record<string, unknown>>,
): readonly string[] {
  const rules = values.logRules ?? generation;
  if (!(Number(values.log_interval) > 0) || rules !== 'v3') return [];
  const checksCalibrated = (values.check_field ?? 'value_cal') === 'value_cal';
  const notes: string[] = [];
  if (checksCalibrated && values.calibration === undefined)
    notes.push('without a calibration nothing is logged: set check_field: value_raw, or logRules: alidade');
  if (values.max_fractional_change !== undefined && values.max_absolute_change === undefined)
    notes.push(
      'max_fractional_change has no effect without max_absolute_change, which is 0: every change is logged; logRules: alidade takes it alone',
    );
  return notes;
}

/** Names that a calibration calls and nobody knows are found before there is a value. */
function calibrationNotes(calibration: unknown): readonly string[] {
  if (typeof calibration !== 'string') return [];
  const problem = compileCalibration(calibration, keyValueFunctions)('1').problem?.message ?? '';
  return /there is no (?:function|name)/.test(problem) ? [`the calibration will fail: ${problem}`] : [];
}
