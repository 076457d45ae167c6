import { createHash } from 'node:crypto';

/** Longer names are cut: tools show them, and some have limits of their own. */
const mostNameBytes = 512;
const keptCharacters = 120;

/** A name as an attribute can hold it: readers would end it at a NUL, which becomes `%00`. */
export function attributeText(channel: string): string {
  return channel.toWellFormed().replaceAll('\0', '%00');
}

/**
 * The name of a channel's group in the file, where every child of /data is a channel: a name without what HDF5 takes for
 * structure. `/` becomes `%2F`, NUL `%00`, the names `.` and `` become `%2E` and `%`; what is longer than 512 bytes is
 * cut, with its SHA-256 behind. A channel whose group has another name tells its own in the attribute `channel`.
 *
 * @param isTaken whether another channel has the name: then a number is put behind
 */
export function groupName(channel: string, isTaken: (name: string) => boolean): string {
  let name = attributeText(channel).replaceAll('/', '%2F');
  if (name === '') name = '%';
  if (name === '.') name = '%2E';
  if (Buffer.byteLength(name) > mostNameBytes) {
    const hash = createHash('sha256').update(channel).digest('hex').slice(0, 16);
    name = `${name.slice(0, keptCharacters).toWellFormed()}~${hash}`;
  }
  if (!isTaken(name)) return name;
  for (let number = 2; ; number++) {
    if (!isTaken(`${name}~${number}`)) return `${name}~${number}`;
  }
}
