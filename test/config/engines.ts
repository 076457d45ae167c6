import { ConfigurationDatabase, type ConfigurationOptions, type Entry } from '../../src/config/index.ts';
import { keyText, type Space } from '../../src/store/index.ts';
import { onEveryEngineOf, type Place } from '../support/engines.ts';

export type { Place };

/** Runs a suite of the configuration database on every engine. Each place is empty. */
export function onEveryEngine(suite: (makePlace: () => Promise<Place>) => void): void {
  onEveryEngineOf('config', 'the configuration database on Redis', suite);
}

export async function openDatabase(place: Place, options: ConfigurationOptions = {}) {
  const space = await place.open();
  return { space, database: new ConfigurationDatabase(space, { author: 'anna@lab', ...options }) };
}

/** The example of the reference's documentation. */
export const sample = {
  instrument1: {
    experiment: { id: 1234, name: 'Test experiment' },
    sources: {
      motor1: { address: 'IOC:m1', type: 'ca-motor' },
      motor2: { address: 'IOC:m2', type: 'ca-motor' },
    },
    user: { name: 'Mickey Mouse', institute: 'Disney', email: 'mickey@disney.com' },
  },
  instrument2: {
    experiment: { id: '4321', name: 'Other' },
    sources: { temp2: { address: 'IOC:t2', type: 'ca-temp' } },
  },
} as const;

export function fileText(content: unknown): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** The keys that old clients know, as a plain Redis client sees them: sets sorted, hashes by field. */
export async function wireOf(
  space: Space,
): Promise<Record<string, readonly string[] | Record<string, string>>> {
  const wire: Record<string, readonly string[] | Record<string, string>> = {};
  for (const key of (await space.keys()).map(keyText)) {
    if (key.startsWith('history:')) continue;
    const [kind, fields, members] = await space.readMany([
      { read: 'kind', key },
      { read: 'fields', key },
      { read: 'members', key },
    ]);
    const texts = fields.map(([field, value]) => [keyText(field), keyText(value)] as const);
    wire[key] = kind === 'set' ? members.map(keyText) : Object.fromEntries(texts.sort());
  }
  return wire;
}

/** Writes a field as an old client does: without a commit, and without a notice. */
export async function editForeign(space: Space, hash: string, field: string, value: string): Promise<void> {
  await space.write({ do: 'set-field', key: hash, field, value: Buffer.from(value) });
}

export async function entriesOf(dump: AsyncIterable<Entry>): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of dump) entries.push(entry);
  return entries;
}
