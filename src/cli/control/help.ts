import type { Command } from 'commander';
import { examples } from '../options.ts';

/** Help that ends with commands to try, under the name that the program was called by. */
export function controlExamples(control: Command, ...lines: readonly string[]): string {
  const name = control.parent === null ? control.name() : `${control.parent.name()} ${control.name()}`;
  return examples(...lines.map((line) => `${name} ${line}`));
}
