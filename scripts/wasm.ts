/** `npm run wasm`: compiles the WebAssembly of the compressions and writes it where the package takes it from. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

const folder = join(import.meta.dirname, '../src/bsread/compression');

/** @throws when the source does not compile */
export async function compileCompression(): Promise<Uint8Array> {
  const options = [
    '--baseDir',
    join(folder, 'assembly'),
    '-O3',
    '--noAssert',
    '--runtime',
    'stub',
    '--enable',
    'simd',
    '--disableWarning',
    '112',
  ];
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(['index.ts', '--outFile', 'compression.wasm', ...options], {
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') binary = contents;
    },
  });
  const warnings = stderr.toString();
  if (error !== null || warnings !== '' || binary === undefined) {
    throw new Error(warnings, { cause: error });
  }
  return binary;
}

if (import.meta.main) {
  const base64 = Buffer.from(await compileCompression()).toString('base64');
  const lines = base64.match(/.{1,96}/g) ?? [];
  writeFileSync(
    join(folder, 'wasm-binary.ts'),
    `/** assembly/, compiled by \`npm run wasm\`: within TypeScript it is found from source, package and bundle alike. */
export const wasmBase64 = [
${lines.map((line) => `  '${line}',`).join('\n')}
].join('');
`,
  );
}
