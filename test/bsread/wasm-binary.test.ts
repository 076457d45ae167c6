/** What is shipped as WebAssembly is what its source compiles to. */
import { expect, test } from 'vitest';
import { compileCompression } from '../../scripts/wasm.ts';
import { wasmBase64 } from '../../src/bsread/compression/wasm-binary.ts';

test('the WebAssembly in the repository is its source compiled, byte for byte', {
  timeout: 60_000,
}, async () => {
  expect(Buffer.from(await compileCompression()).toString('base64')).toBe(wasmBase64);
});
