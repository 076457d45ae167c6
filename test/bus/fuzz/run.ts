/** `run.ts SECONDS`: messages of the bus, and what processes of the local bus say to each other. */
import { runProperties } from '../../support/run-properties.ts';
import { properties } from './properties.ts';

await runProperties(properties, Number(process.argv[2]));
