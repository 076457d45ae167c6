/**
 * Order of two texts as Python has it: by code point, with a lone surrogate at its own place, between U+D7FF and
 * U+E000. JavaScript's own order compares UTF-16 units and differs above U+FFFF.
 */
export function comparePythonOrder(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let i = 0;
  while (i < shorter && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i === shorter) return a.length - b.length;
  // Where two pairs differ in their second half, the code points begin one unit earlier.
  if (i > 0 && (a.charCodeAt(i - 1) & 0xfc00) === 0xd800) i--;
  return (a.codePointAt(i) ?? 0) - (b.codePointAt(i) ?? 0);
}
