import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/store/index.ts';
import { storeContract } from './store.ts';

storeContract('sqlite:', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'alidade-store-'));
  const url = `sqlite:${folder}`;
  const store = await openStore(url);
  return {
    store,
    second: () => openStore(url),
    close: async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
});
