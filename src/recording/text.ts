/** Text as HDF5 can hold it: readers would end it at a NUL. JSON escapes those, and other text has none where it is sane. */
export function textWithoutNul(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\u2400');
}
