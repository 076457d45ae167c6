import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { openBus } from '../../bus/index.ts';
import { defaultFolder } from '../../ipc/index.ts';
import { servicesIn } from '../control/services.ts';
import { soon } from '../soon.ts';

/** A bus itself waits half a second for processes that are stuck; all others have said what they are long before. */
const busMs = 1000;

/**
 * Names of the endpoints and services that are there, for `alidade control`; none on a broker, which does not tell, and
 * none where there is no bus or it does not answer in time. No bus is made.
 *
 * @param url undefined for that of the nearest `.alidade` folder
 */
export async function presentEndpoints(url: string | undefined): Promise<string[]> {
  if (url !== undefined && url !== '' && !url.startsWith('local:')) return [];
  const path = url?.slice('local:'.length) ?? '';
  if (!existsSync(path === '' ? defaultFolder() : resolve(path))) return [];
  return (
    (await soon(
      read(url).catch(() => []),
      busMs,
    )) ?? []
  );
}

async function read(url: string | undefined): Promise<string[]> {
  await using bus = await openBus(url === '' ? undefined : url);
  const found = servicesIn(bus.queues() ?? []);
  return [...found].flatMap(([service, endpoints]) =>
    service === '' ? [...endpoints] : [service, ...endpoints],
  );
}
