/** A short run of what `npm run fuzz` does for longer. */
import fc from 'fast-check';
import { test } from 'vitest';
import { properties } from './properties.ts';

test.each(properties)('$name', async ({ property }) => {
  await fc.assert(property as fc.IAsyncProperty<unknown>, { numRuns: 300 });
});
