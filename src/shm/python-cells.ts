import { AlidadeError } from '../shared/errors.ts';
import { type ExactValue, Float, isList } from '../shared/exact-value.ts';
import { floatRepr, strRepr } from '../shared/python-text.ts';
import { readJson } from '../shared/read-json.ts';

/** A frame as a row of its CSV log: the names of its fields, and their values as Python's `csv` writes them. */
export interface FrameCells {
  readonly fields: readonly string[];
  readonly cells: readonly string[];
}

/**
 * The cells of a frame from its text on the wire: None is empty, booleans are `True` and `False`, floats, lists and
 * dictionaries Python's `repr`.
 *
 * @throws ALI_DECODE when it is not a JSON object
 * @example frameCells('{"ts": 1.0, "sender": "APP", "cells": [1, null]}').cells // ['1.0', 'APP', '[1, None]']
 */
export function frameCells(text: string): FrameCells {
  const frame = readJson(text, 'the frame');
  if (!(frame instanceof Map)) throw new AlidadeError('ALI_DECODE', 'the frame is not a JSON object');
  const values = [...(frame as ReadonlyMap<string, ExactValue>).values()];
  return {
    fields: [...frame.keys()],
    cells: values.map((value) => (value === null ? '' : typeof value === 'string' ? value : reprOf(value))),
  };
}

/** A value as Python's `repr` shows it. */
function reprOf(value: ExactValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return strRepr(value);
  if (value instanceof Float) return floatRepr(value.value);
  if (isList(value)) return `[${value.map(reprOf).join(', ')}]`;
  if (typeof value !== 'object') return String(value);
  return `{${[...value].map(([key, each]) => `${strRepr(key)}: ${reprOf(each)}`).join(', ')}}`;
}

/** A row as Python's `csv` writes it: quotes only where they are needed, CR LF at the end. */
export function csvRow(cells: readonly string[]): string {
  const quoted = cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell));
  return `${quoted.join(',')}\r\n`;
}
