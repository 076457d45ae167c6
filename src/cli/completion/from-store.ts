import { type Store, storeOpener } from '../../store/index.ts';
import { soon } from '../soon.ts';

/**
 * Names read from the store in use; none where there is no store, or where it does not answer in time. To load its
 * engine does not count: on a slow machine that alone takes longer.
 *
 * @param url undefined or empty for the nearest store
 */
export async function fromStore(
  url: string | undefined,
  timeoutMs: number,
  read: (store: Store) => Promise<string[]>,
): Promise<string[]> {
  const answer = async (open: () => Promise<Store>) => {
    await using store = await open();
    return await read(store);
  };
  try {
    const open = await storeOpener(url, { create: false });
    return (await soon(answer(open), timeoutMs)) ?? [];
  } catch {
    return [];
  }
}
