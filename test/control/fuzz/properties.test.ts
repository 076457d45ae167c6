/** A short run of what `npm run fuzz` does for longer. */
import fc from 'fast-check';
import { test } from 'vitest';
import { fileProperties } from './file-properties.ts';
import { messageProperties } from './message-properties.ts';

test.each([...messageProperties, ...fileProperties])('$name', async ({ property }) => {
  await fc.assert(property as fc.IAsyncProperty<unknown>, { numRuns: 300 });
});
