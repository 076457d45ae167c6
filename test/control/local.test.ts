/** Services and clients of this machine, without a broker. */
import { describe } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { useStage } from './stage.ts';
import { alerts } from './suites/alerts.ts';
import { capturedExchanges } from './suites/exchanges.ts';
import { hostileMessages } from './suites/hostile.ts';
import { lifetime } from './suites/lifetime.ts';
import { liveLog } from './suites/live-log.ts';
import { services } from './suites/service.ts';

describe('on local:', () => {
  const stage = useStage(async () => {
    const folder = temporaryFolder();
    return { url: `local:${folder.path}`, close: async () => folder[Symbol.dispose]() };
  });
  services(stage);
  lifetime(stage);
  alerts(stage);
  capturedExchanges(stage);
  liveLog(stage);
  hostileMessages(stage);
});
