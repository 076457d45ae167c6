import type { Command } from 'commander';
import { defineFiles } from './control/files.ts';
import { defineList } from './control/list.ts';
import { defineLockout } from './control/lockout.ts';
import { defineMonitor } from './control/monitor.ts';
import { defineRequests } from './control/request.ts';
import { defineServe } from './control/serve.ts';
import type { Terminal } from './terminal.ts';

const help = `
Services have endpoints, each with a name of its own on the whole bus. The bus is --broker or --bus, else that of the
file --config, else $ALIDADE_BUS, else that of an instrument.yaml here, else local: (the processes of this machine, in
the nearest .alidade folder upwards from here, no broker needed).
On a broker say with --wire which generation of dripline the target is (v1, v2, or v3 of today): services of v1 and v2
end when a message of v3 reaches them, so none is ever tried out.
Each verb has examples: VERB --help`;

/** `alidade control`: slow control from the command line; also all of `dragonfly`. */
export function defineControl(control: Command, terminal: Terminal): void {
  control.addHelpText('after', help);
  const verbs = [defineRequests, defineLockout, defineMonitor, defineServe, defineList, defineFiles];
  for (const define of verbs) define(control, terminal);
}
