/** A short run of what `npm run fuzz` does for longer. */
import fc from 'fast-check';
import { test } from 'vitest';
import { properties } from './properties.ts';

test.each(properties)('$name', ({ property }) => {
  fc.assert(property, { numRuns: 300 });
});
