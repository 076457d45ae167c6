import type { Endpoint } from '../endpoint.ts';
import type { Dialect } from '../message.ts';
import type { Provider } from '../provider.ts';
import type { Parameters, ValuesOf } from './parameter.ts';

/** What every class is made with, whatever its parameters. */
export interface Making {
  readonly name: string;
  /** What it is called in the file; dragonfly has several names for one class. */
  readonly module: string;
  /** What it stands under: what it talks through. */
  readonly provider: Provider | undefined;
}

/** A class that files can name. */
export interface ModuleRecord {
  /** What new files call it. */
  readonly name: string;
  /** What the files of each generation call it. */
  readonly names: Readonly<Partial<Record<Dialect, readonly string[]>>>;
  readonly about: string;
  readonly parameters: Parameters;
  /** Whether endpoints stand under it. */
  readonly isProvider: boolean;
  /** @throws Error that says what does not fit together */
  create(values: Readonly<Record<string, unknown>>, making: Making): Endpoint;
}

interface TypedRecord<P extends Parameters> extends Omit<ModuleRecord, 'create'> {
  readonly parameters: P;
  readonly create: (values: ValuesOf<P>, making: Making) => Endpoint;
}

/** A record whose factory sees its own parameters with their types. */
export function moduleRecord<const P extends Parameters>(record: TypedRecord<P>): ModuleRecord {
  // The values come from readParameter, by the types of these parameters.
  return { ...record, create: (values, making) => record.create(values as ValuesOf<P>, making) };
}
