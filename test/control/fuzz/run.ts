/** `run.ts SECONDS`: messages of slow control, calibrations and files of services. */
import { runProperties } from '../../support/run-properties.ts';
import { fileProperties } from './file-properties.ts';
import { messageProperties } from './message-properties.ts';

await runProperties([...messageProperties, ...fileProperties], Number(process.argv[2]));
