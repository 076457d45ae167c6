/** Python's `repr` of a str: single quotes unless only those are inside, and escapes for what does not print. */
export function strRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = quote;
  for (const char of text) {
    if (char === quote || char === '\\') out += `\\${char}`;
    else if (char >= ' ' && char <= '~') out += char;
    else out += escapeChar(char);
  }
  return out + quote;
}

function escapeChar(char: string): string {
  if (char === '\n') return '\\n';
  if (char === '\r') return '\\r';
  if (char === '\t') return '\\t';
  if (!/[\p{C}\p{Z}]/u.test(char)) return char;
  const hex = (char.codePointAt(0) as number).toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** Python's `repr` of bytes. */
export function bytesRepr(bytes: Uint8Array): string {
  const quote = bytes.includes(39) && !bytes.includes(34) ? '"' : "'";
  let out = `b${quote}`;
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    if (char === quote || char === '\\') out += `\\${char}`;
    else if (byte >= 32 && byte < 127) out += char;
    else if (char === '\n') out += '\\n';
    else if (char === '\r') out += '\\r';
    else if (char === '\t') out += '\\t';
    else out += `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return out + quote;
}

/** Python's `repr` of a float: shortest digits that read back, exponents from 1e16 and below 1e-4, always a float. */
export function floatRepr(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e16) {
    // JavaScript's digits are the same, and here it has no exponents either.
    const text = String(value);
    return text.includes('.') ? text : `${text}.0`;
  }
  const [mantissa = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** A text as Python's `json` writes it, in ASCII. */
export function jsonText(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A float as Python's `json` writes it. */
export function floatText(value: number): string {
  if (Number.isFinite(value)) return floatRepr(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

/** A number below 1e21 with so many digits after the point, as Python rounds it: a tie goes to the even digit. */
export function fixedText(value: number, digits: number): string {
  // toFixed rounds the exact binary value correctly, but ties away from zero. At a tie the digits after the last one
  // kept are exactly 5000…: then the neighbour below is right when its last digit is even.
  const exact = value.toFixed(100);
  const cut = exact.length - 100 + digits;
  const kept = exact.slice(0, cut).replace(/\.$/, '');
  const isTie = /^50*$/.test(exact.slice(cut));
  return isTie && /[02468]$/.test(kept) ? kept : value.toFixed(digits);
}
