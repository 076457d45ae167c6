import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  type Answer,
  checkFile,
  compileCalibration,
  makeService,
  readServiceFile,
} from '../../../src/control/index.ts';
import { isAlidadeError } from '../../../src/shared/errors.ts';
import type { Property } from '../../support/run-properties.ts';

const words = [
  '{}',
  '{0:.3f}',
  '{{',
  '2',
  '1.5',
  '1e308',
  '"a"',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ':',
  ',',
  '.',
  '**',
  '<<',
  '>>',
  '//',
  '%',
  '~',
  '&',
  '-',
  'and',
  'not',
  'if',
  'else',
  'in',
  'split',
  'replace',
  'join',
  'range',
  'linspace',
  'factorial',
  'interp',
  'polyval',
  'sum',
  'int',
  'float',
  'math',
  'pi',
  'for',
  'lambda',
  '=',
];
const expression = fc.oneof(
  fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((all) => all.join(' ')),
  fc.string({ unit: 'binary' }),
);
const number = fc.oneof(fc.double(), fc.integer({ min: -5, max: 5 }));
const curve = fc.record({
  table: fc.array(fc.array(number, { maxLength: 3 }), { maxLength: 6 }),
  interpolation: fc.constantFrom('linear', 'log', 'cubic'),
  outside: fc.constantFrom('refuse', 'clamp', 'extrapolate', 5),
});
const calibration = fc.oneof(
  { weight: 6, arbitrary: expression },
  curve,
  fc.record({ polynomial: fc.array(number) }),
  fc.dictionary(fc.string(), fc.jsonValue()),
  fc.jsonValue(),
);
const raw = fc.oneof(fc.jsonValue(), number, expression);

const keys = [
  'name',
  'module',
  'module_path',
  'endpoints',
  'providers',
  'nodename',
  'setup_calls',
  'broker',
  'dripline_mesh',
  'runtime-config',
  'calibration',
  'log_interval',
  'range',
  'logRules',
  'wire',
  'units',
  'target',
  'method',
  'args',
  'socket_info',
  'base_str',
  '<<',
  '1',
  'on',
];
const scalars = [
  'KeyValueStore',
  'kv_store_key',
  'Provider',
  'Service',
  'EthernetSCPIService',
  'SimpleSCPIEntity',
  'peaches',
  '2*{}',
  '5',
  '-1',
  '1.0',
  'on',
  '"on"',
  'null',
  '[1, 2]',
  '*a',
  '&a x',
  'no_such.py',
  "'127.0.0.1:1'",
  '~',
  '1e400',
];
const { tree } = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...scalars),
    fc
      .array(fc.tuple(fc.constantFrom(...keys), tie('tree')), { maxLength: 5 })
      .map((entries) => `{${entries.map(([key, value]) => `${key}: ${value}`).join(', ')}}`),
    fc.array(tie('tree'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
  ),
}));
const file = fc.oneof(
  fc
    .array(fc.tuple(fc.constantFrom(...keys), tree), { maxLength: 8 })
    .map((entries) => entries.map(([key, value]) => `${key}: ${value}\n`).join('')),
  tree.map((endpoints) => `name: s\nendpoints: [${endpoints}, {name: a, module: KeyValueStore}]\n`),
  fc.string({ unit: 'binary' }),
);

/** Does something with a file of this text. */
async function withFile(text: string, work: (path: string) => unknown): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'alidade-test-'));
  try {
    writeFileSync(join(folder, 'service.yaml'), text);
    await work(join(folder, 'service.yaml'));
  } catch (error) {
    if (!isAlidadeError(error, 'ALI_CONTROL')) throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const fileProperties: readonly Property[] = [
  {
    name: 'a calibration is refused as such, or gives a value or a problem',
    property: fc.property(calibration, raw, (definition, given) => {
      try {
        const { value } = compileCalibration(definition)(given as Answer);
        JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item));
      } catch (error) {
        if (!isAlidadeError(error, 'ALI_EXPRESSION')) throw error;
      }
    }),
  },
  {
    name: 'a file of a service is read and made, or refused with a place',
    property: fc.asyncProperty(file, (text) =>
      withFile(text, async (path) => void (await makeService(readServiceFile(path)))),
    ),
  },
  {
    name: 'a file of a service is checked, or refused with a place',
    property: fc.asyncProperty(file, (text) => withFile(text, checkFile)),
  },
];
