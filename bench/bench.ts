/** `npm run bench -- NAME [ARGUMENT…]`: one measurement. */
const benches: Readonly<Record<string, () => Promise<{ run: (args: readonly string[]) => Promise<void> }>>> =
  {
    bsread: () => import('./bsread/index.ts'),
    'bsread-buffer': () => import('./bsread/buffer.ts'),
    'bsread-buffer-memory': () => import('./bsread/buffer-memory.ts'),
    compression: () => import('./bsread/compression.ts'),
    config: () => import('./config/index.ts'),
    control: () => import('./control/index.ts'),
    crowd: () => import('./crowd.ts'),
    hdf5: () => import('./hdf5/index.ts'),
    memory: () => import('./memory.ts'),
    recording: () => import('./recording/index.ts'),
    shm: () => import('./shm/index.ts'),
    'shm-crowd': () => import('./shm/crowd.ts'),
    telstate: () => import('./telstate/index.ts'),
    zmtp: () => import('./zmtp/index.ts'),
    'zmtp-memory': () => import('./zmtp/memory.ts'),
  };

const [name = '', ...args] = process.argv.slice(2);
const load = benches[name];
if (load === undefined) {
  console.error(`name what to measure: npm run bench -- ${Object.keys(benches).join(' | ')}`);
  process.exit(2);
}
await (await load()).run(args);
