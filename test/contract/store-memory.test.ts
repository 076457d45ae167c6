import { openStore } from '../../src/store/index.ts';
import { storeContract } from './store.ts';

storeContract('memory:', async () => {
  const store = await openStore('memory:');
  return { store, close: () => store.close() };
});
