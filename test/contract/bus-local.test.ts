import { temporaryFolder } from '../support/folder.ts';
import { busContract } from './bus.ts';

busContract('local:', async () => {
  const folder = temporaryFolder();
  return { url: `local:${folder.path}`, close: async () => folder[Symbol.dispose]() };
});
