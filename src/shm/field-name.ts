/** Words that no attribute in Python can be called. */
const pythonWords = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global ' +
    'if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

/** Whether programs in Python can read a field of this name as an attribute, as those of SimpleSHM do. */
export function isFieldName(name: string): boolean {
  return /^\p{L}[\p{L}\p{N}_]*$/u.test(name) && !pythonWords.has(name);
}
