/**
 * `npm run bench -- compression`: bitshuffle-LZ4 of values of 2 MiB on one core, by our two kernels and by bitshuffle
 * itself, beside a plain copy of the value.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needForeign } from '../../scripts/debian.ts';
import { compressWith } from '../../src/bsread/compression/compress.ts';
import { decompressWith } from '../../src/bsread/compression/decompress.ts';
import type { Kernel } from '../../src/bsread/compression/kernel.ts';
import { plainKernel } from '../../src/bsread/compression/plain-kernel.ts';
import { wasmKernel } from '../../src/bsread/compression/wasm-kernel.ts';
import { debianPython } from '../../test/support/require-server.ts';
import { figure, printTable } from '../table.ts';

const sizeBytes = 2 * 2 ** 20;
const rounds = 40;

interface Speed {
  readonly decode: number;
  readonly encode: number;
  readonly ratio: number;
}

interface Content {
  readonly name: string;
  readonly dtype: string;
  readonly elementBytes: number;
  readonly bytes: Uint8Array;
}

function noise(): number {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

function content(
  name: string,
  dtype: string,
  array: Content['bytes'] | Uint16Array | Float32Array | Float64Array,
) {
  return { name, dtype, elementBytes: array.BYTES_PER_ELEMENT, bytes: new Uint8Array(array.buffer) };
}

const contents = (): readonly Content[] => [
  content(
    'camera, uint16, noise of 8',
    '<u2',
    new Uint16Array(sizeBytes / 2).map(() => 200 + 8 * noise()),
  ),
  content(
    'ramps, uint16',
    '<u2',
    new Uint16Array(sizeBytes / 2).map((_, at) => (at % 1024) + (at >> 10)),
  ),
  content(
    'camera, uint8, noise of 20',
    '|u1',
    new Uint8Array(sizeBytes).map(() => Math.abs(20 * noise())),
  ),
  content(
    'waveform, float32',
    '<f4',
    new Float32Array(sizeBytes / 4).map((_, at) => wave(at)),
  ),
  content(
    'waveform, float64',
    '<f8',
    new Float64Array(sizeBytes / 8).map((_, at) => wave(at)),
  ),
  content('dark, uint16', '<u2', new Uint16Array(sizeBytes / 2)),
];

function wave(at: number): number {
  return Math.sin(at / 300) + 0.001 * noise();
}

/** Bytes a second in the best of the rounds. */
function best(work: () => void): number {
  let bestNs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const begin = process.hrtime.bigint();
    work();
    bestNs = Math.min(bestNs, Number(process.hrtime.bigint() - begin));
  }
  return (sizeBytes / bestNs) * 1e9;
}

function speedOf(kernel: Kernel, { bytes, elementBytes }: Content): Speed {
  const form = { compression: 'bitshuffle_lz4', elementBytes, byteOrder: 'little', sizeBytes } as const;
  const frame = compressWith(kernel, bytes, form);
  const target = new Uint8Array(sizeBytes);
  return {
    decode: best(() => decompressWith(kernel, frame, form, target)),
    encode: best(() => compressWith(kernel, bytes, form)),
    ratio: sizeBytes / frame.length,
  };
}

function realSpeed({ bytes, dtype }: Content, folder: string): Speed {
  const path = join(folder, 'value');
  writeFileSync(path, bytes);
  const program = new URL('./real_bitshuffle.py', import.meta.url).pathname;
  return JSON.parse(execFileSync(debianPython, [program, path, dtype, String(rounds)], { encoding: 'utf8' }));
}

const gigabytes = (bytesPerSecond: number) => figure(bytesPerSecond / 1e9);

export async function run(): Promise<void> {
  await needForeign('h5py and h5dump');
  const wasm = wasmKernel();
  if (wasm === undefined) throw new Error('this Node.js has no WebAssembly with SIMD');
  const folder = mkdtempSync(join(tmpdir(), 'alidade-bench-'));
  try {
    const rows = contents().map((each) => {
      const ours = speedOf(wasm, each);
      const plain = speedOf(plainKernel, each);
      const real = realSpeed(each, folder);
      const target = new Uint8Array(sizeBytes);
      const copy = best(() => target.set(each.bytes));
      const speeds = [ours, real, plain].flatMap(({ decode, encode }) => [
        gigabytes(decode),
        gigabytes(encode),
      ]);
      return [each.name, ...speeds, figure(ours.ratio), figure(real.ratio), gigabytes(copy)];
    });
    const headings = ['decode', 'encode', 'C decode', 'C encode', 'plain decode', 'plain encode'];
    printTable(['GB/s of the value', ...headings, 'ratio', 'C ratio', 'copy'], rows);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
