import { readFileSync } from 'node:fs';
import type { Message } from '../../../src/zmtp/index.ts';
import type { Contents } from './reader.ts';

/** A run of the reference's writer: what it was sent, and what stood in its file then. */
export interface RecordedRun {
  readonly messages: readonly Message[];
  readonly startPulseId: bigint;
  readonly stopPulseId: bigint;
  /** For /general. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly content: Contents;
  /** What it was asked and answered; where `response` is missing it did not answer. */
  readonly restLog: readonly RecordedRequest[];
}

export interface RecordedRequest {
  readonly request?: string;
  readonly json?: unknown;
  readonly http_status?: number;
  readonly content_type?: string;
  readonly response?: unknown;
}

export const runNames = [
  'scalars',
  'missing',
  'changing',
  'images',
  'late-start',
  'nothing-in-range',
  'constant-header',
  'reordered',
  'undecodable',
  'count-change',
  'ends-at-stop',
  'type-upper-case',
  'epoch-timestamp',
] as const;

export type RunName = (typeof runNames)[number];

export function recordedRun(name: RunName): RecordedRun {
  const text = readFileSync(new URL(`../../fixtures/recording/${name}.json`, import.meta.url), 'utf8');
  const run = JSON.parse(text) as {
    frame_table: string[];
    messages: number[][];
    start_pulse_id: number;
    stop_pulse_id: number;
    parameters_posted: Record<string, string> | null;
    hdf5_content: Contents;
    rest_log: RecordedRequest[];
  };
  const frames = run.frame_table.map((frame) => new Uint8Array(Buffer.from(frame, 'base64')));
  const parameters = Object.entries(run.parameters_posted ?? {});
  return {
    messages: run.messages.map((places) => places.map((place) => frames[place] as Uint8Array)),
    startPulseId: BigInt(run.start_pulse_id),
    stopPulseId: BigInt(run.stop_pulse_id),
    parameters: Object.fromEntries(
      parameters
        .filter(([key]) => key !== 'general/extra')
        .map(([key, value]) => [key.slice('general/'.length), value]),
    ),
    content: run.hdf5_content,
    restLog: run.rest_log,
  };
}
