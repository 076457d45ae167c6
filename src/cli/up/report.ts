import type { Instrument, Preparation } from '../../instrument/index.ts';
import { printable } from '../terminal.ts';
import { counted, grouped, lossText } from './words.ts';

const maxNames = 3;

/** What the start says: who it is, what was put into the store, and where that is. */
export function startLines({ definition, preparation, store }: Instrument): string[] {
  const { name, description } = definition;
  return [
    printable(description === undefined ? name : `${name}: ${description}`),
    ...snapshotLines(preparation.snapshot),
    ...attributeLines(preparation.attributes),
    `store: ${printable(store.location)}`,
  ];
}

/** What the end says: where the data are. */
export function stopLine(instrument: Instrument): string {
  const { written, losses } = instrument.status();
  const { location } = instrument.store;
  const where = location.startsWith('memory:')
    ? 'were in memory and are gone'
    : `are in ${printable(location)}`;
  return `Stopped. The data ${where}: ${counted(written, 'sample')} written, ${lossText(losses)}.`;
}

function snapshotLines(snapshot: Preparation['snapshot']): string[] {
  if (snapshot === undefined) return [];
  const { loaded, inPlace, leftOut } = snapshot;
  const left = leftOut > 0 ? `; ${grouped(leftOut)} of foreign types, expired or empty left out` : '';
  return [`snapshot: ${counted(loaded, 'key')} loaded, ${grouped(inPlace)} already there${left}`];
}

function attributeLines({ set, inPlace, different }: Preparation['attributes']): string[] {
  if (set + inPlace === 0) return [];
  const lines = [`attributes: ${grouped(set)} set, ${grouped(inPlace)} already there`];
  if (different.length > 0) {
    const names = different.slice(0, maxNames).map((name) => printable(name));
    const more = different.length > maxNames ? ` and ${different.length - maxNames} more` : '';
    lines.push(`kept as they are, though the file has other values: ${names.join(', ')}${more}`);
  }
  return lines;
}
