import { statSync } from 'node:fs';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AlidadeError, messageOf } from '../../shared/errors.ts';
import { nearestName } from '../../shared/nearest-name.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Parameters } from '../modules/parameter.ts';

/** A class of the user's own. */
export interface OwnClass {
  new (options: Readonly<Record<string, unknown>> & { readonly name: string }): Endpoint;
  readonly name: string;
  /** What it takes, so that a file is checked before it is made; left out: anything. */
  readonly parameters?: Parameters;
}

const extensions: ReadonlySet<string> = new Set(['.js', '.mjs', '.ts', '.mts']);

/**
 * Refuses what cannot be the user's own ES module, before anything of it runs.
 *
 * @throws ALI_CONTROL
 */
export function assertOwnModule(path: string): void {
  if (extname(path) === '.py') {
    throw new AlidadeError(
      'ALI_CONTROL',
      `module_path names a Python file, ${path}: write its class as an ES module (onGet and onSet in place of on_get and on_set; examples/own-endpoint shows one), or leave its service running under dragonfly`,
    );
  }
  if (!extensions.has(extname(path))) {
    throw new AlidadeError(
      'ALI_CONTROL',
      `module_path names ${path}; expected an ES module: .js, .mjs, .ts or .mts`,
    );
  }
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    throw new AlidadeError('ALI_CONTROL', `module_path: there is no file ${path}`);
}

/**
 * Loads a class of the user's own: what an ES module exports under its name. The module runs with all rights of this
 * program, as any program that the user starts.
 *
 * @throws ALI_CONTROL when the module is no ES module, does not load, or has no such class of endpoints
 */
export async function loadOwnClass(path: string, name: string): Promise<OwnClass> {
  assertOwnModule(path);
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new AlidadeError('ALI_CONTROL', `${path} does not load: ${messageOf(error)}`, { cause: error });
  }
  const found = Object.hasOwn(exported, name) ? exported[name] : undefined;
  if (isEndpointClass(found)) return found;
  const known = Object.keys(exported).filter((key) => isEndpointClass(exported[key]));
  const nearest = nearestName(name, known);
  const hint =
    nearest === undefined
      ? `it exports ${known.join(', ') || 'no class of endpoints'}`
      : `did you mean '${nearest}'?`;
  throw new AlidadeError('ALI_CONTROL', `${path} exports no class of endpoints '${name}'; ${hint}`);
}

/** By what it can do: the user's module may have another copy of this package than this program. */
function isEndpointClass(value: unknown): value is OwnClass {
  if (typeof value !== 'function') return false;
  const prototype: unknown = value.prototype;
  return ['answerGet', 'answerSet', 'attach'].every(
    (method) => typeof (prototype as Record<string, unknown> | undefined)?.[method] === 'function',
  );
}

/** Whether it has the attributes and parameters of entities. */
export function isEntityClass({ prototype }: { readonly prototype: unknown }): boolean {
  return typeof (prototype as Record<string, unknown>).logReading === 'function';
}
