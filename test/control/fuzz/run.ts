/** `run.ts SECONDS`: calibrations and files of services. */
import { runProperties } from '../../support/run-properties.ts';
import { properties } from './properties.ts';

await runProperties(properties, Number(process.argv[2]));
