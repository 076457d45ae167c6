import type { BusPlace } from '../contract/bus/context.ts';
import { temporaryFolder } from '../support/folder.ts';

/** Where services and clients are tested: on every engine of the bus. */
export const places: readonly { readonly name: string; readonly start: () => Promise<BusPlace> }[] = [
  {
    name: 'local:',
    async start() {
      const folder = temporaryFolder();
      return { url: `local:${folder.path}`, close: async () => folder[Symbol.dispose]() };
    },
  },
];
