import { refusal } from './refusal.ts';

/** So that a link or an attribute of this name fits in a message. */
const mostNameBytes = 60_000;

/** The UTF-8 bytes of an object's name. @throws ALI_HDF5_REFUSED */
export function linkName(name: string): Uint8Array {
  if (name === '.') throw refusal('an object cannot be named .');
  if (name.includes('/')) {
    throw refusal(`the name ${quoted(name)} has a slash; make the group first, and the object in it`);
  }
  return nameBytes(name);
}

/** The UTF-8 bytes of an attribute's name, which may have slashes. @throws ALI_HDF5_REFUSED */
export function nameBytes(name: string): Uint8Array {
  if (name === '') throw refusal('a name cannot be empty');
  if (name.includes('\0')) throw refusal(`the name ${quoted(name)} has a NUL character`);
  if (!name.isWellFormed()) throw refusal(`the name ${quoted(name)} has half a surrogate pair`);
  const bytes = Buffer.from(name);
  if (bytes.length > mostNameBytes) {
    throw refusal(
      `the name ${quoted(name)} has ${bytes.length} bytes; at most ${mostNameBytes} are possible`,
    );
  }
  return bytes;
}

/** A name as messages show it. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 77)}…` : name);
}
