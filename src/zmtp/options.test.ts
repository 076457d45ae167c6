import { expect, test } from 'vitest';
import { normalize } from './options.ts';

test('options that depend on others follow them', () => {
  expect(normalize({ heartbeatMs: 2000 }).heartbeatTimeoutMs).toBe(2000);
  expect(normalize({ reconnectMs: 9000 }).reconnectMaxMs).toBe(9000);
  expect(normalize({ lingerMs: undefined }).lingerMs).toBe(1000);
});

test.each([
  { sendHighWaterMessages: 0 },
  { receiveHighWaterBytes: -1 },
  { maxFrameBytes: 1.5 },
  { maxPeers: Number.NaN },
  { lingerMs: -1 },
  { lingerMs: Number.POSITIVE_INFINITY },
  { heartbeatMs: 2 ** 31 },
])('%j is refused', (options) => {
  expect(() => normalize(options)).toThrow(expect.objectContaining({ code: 'ALI_USAGE' }));
});
