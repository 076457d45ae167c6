import { type ExactValue, type Frame, writeExact } from '../../shm/index.ts';
import { printable } from '../terminal.ts';
import { formatTime } from '../time.ts';

/** How old a frame is, as people say it: `0.4 s old`, `3 min old`, `2 s ahead`; `not set yet` where it never was. */
export function ageText({ ts, isSet }: Frame, nowSeconds: number): string {
  if (!isSet) return 'not set yet';
  const ageSeconds = nowSeconds - ts;
  if (!Number.isFinite(ageSeconds)) return `of ${ts}`;
  const amount = amountText(Math.abs(ageSeconds));
  return ageSeconds < -0.05 ? `${amount} ahead` : `${amount} old`;
}

function amountText(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** A frame as lines: its name, age and sender, and a line for each field. */
export function frameLines(frame: Frame, nowSeconds: number): string[] {
  const { name, ts, sender, fields } = frame;
  const from = frame.isSet ? `, from ${sender}, ${formatTime(ts)}` : '';
  const width = Math.max(0, ...fields.map((field) => printable(field).length));
  return [
    printable(`${name}  ${ageText(frame, nowSeconds)}${from}`),
    ...fields.map((field) => `  ${printable(field).padEnd(width)}  ${printable(valueText(frame, field))}`),
  ];
}

/** A frame on one line, for those that come one after another: `12:00:01.250000Z  NAME  SENDER  a=1 b=2`. */
export function frameLine(frame: Frame): string {
  const fields = frame.fields.map((field) => `${field}=${valueText(frame, field)}`).join(' ');
  return printable(`${formatTime(frame.ts)}  ${frame.name}  ${frame.sender}  ${fields}`);
}

/** A value as JSON, with letters as they are. */
function valueText({ exact }: Frame, field: string): string {
  const value = exact.get(field) ?? null;
  return typeof value === 'string' ? JSON.stringify(value) : writeExact(value);
}

/** A frame as JSON: its name, `ts`, `sender` and `fields`. What JSON has not is written `{"$float": "nan"}`. */
export function frameJson({ name, ts, sender, fields, exact }: Frame): string {
  const pairs = fields.map((field) => `${JSON.stringify(field)}:${exactJson(exact.get(field) ?? null)}`);
  const head = JSON.stringify({ name, ts, sender }).slice(0, -1);
  return `${head},"fields":{${pairs.join(',')}}}`;
}

function exactJson(value: ExactValue): string {
  if (Array.isArray(value)) return `[${value.map(exactJson).join(',')}]`;
  if (value instanceof Map) {
    return `{${[...value].map(([key, each]) => `${JSON.stringify(key)}:${exactJson(each)}`).join(',')}}`;
  }
  const text = writeExact(value);
  const special = { NaN: 'nan', Infinity: 'inf', '-Infinity': '-inf' }[text];
  return special === undefined ? text : `{"$float":"${special}"}`;
}
