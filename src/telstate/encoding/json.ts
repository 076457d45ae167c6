import type { Value } from './value.ts';

export function parseJson(text: string): Value {
  return JSON.parse(text) as Value;
}

export function formatJson(value: Value): string {
  return JSON.stringify(value);
}
