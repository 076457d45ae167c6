import { readFileSync } from 'node:fs';

const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');

/** The version of this package; read at the start, for who becomes another user may not read it any more. */
export const ownVersion = (JSON.parse(text) as { readonly version: string }).version;
