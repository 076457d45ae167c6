/** What keeps the house in order: who may import whom, how large files get, what may be shipped. */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, posix, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** Rooms of a floor may import those of the floors below. */
const floors: readonly (readonly string[])[] = [
  ['shared'],
  ['ipc'],
  ['store', 'bus', 'zmtp', 'hdf5'],
  ['telstate', 'shm', 'config', 'control', 'bsread'],
  ['recording'],
  ['gateway'],
  ['instrument'],
  ['cli'],
];

const sources = globSync('src/**/*.ts', { cwd: root }).sort();
const shipped = sources.filter((file) => !file.endsWith('.test.ts'));

const floorOf = (room: string) => floors.findIndex((rooms) => rooms.includes(room));

/** The first folder under src/, undefined for the files of src/ itself: they are the package's face and see all. */
function roomOf(file: string): string | undefined {
  const [, room, rest] = file.split('/');
  return rest === undefined ? undefined : room;
}

interface Edge {
  readonly from: string;
  readonly to: string;
  /** Only for its types, so that nothing of it is loaded. */
  readonly types: boolean;
}

/** The files of src/ that a file imports, also by `import()` and `export … from`. */
function importsOf(from: string): Edge[] {
  const statements = read(from).matchAll(
    /^\s*(?:import|export)\s(?:(type\s)?[^'";]*?\sfrom\s)?\s*'(\.[^']+)'|\bimport\('(\.[^']+)'\)/gm,
  );
  return [...statements].map(([, type, fixed, lazy]) => ({
    from,
    to: posix.join(dirname(from), fixed ?? lazy ?? ''),
    types: type !== undefined,
  }));
}

const edges = shipped.flatMap(importsOf);
const betweenRooms = edges.filter(
  ({ from, to }) => roomOf(from) !== undefined && roomOf(from) !== roomOf(to),
);
const arrow = ({ from, to }: Edge) => `${from} -> ${to}`;

test('the imports of the sources are found', () => {
  expect(edges.map(arrow)).toContain('src/store/store.ts -> src/store/key.ts');
  expect(betweenRooms.length).toBeGreaterThan(0);
  expect(edges.filter(({ to }) => !sources.includes(to)).map(arrow)).toEqual([]);
});

test('every room has its floor', () => {
  const rooms = new Set(sources.map(roomOf).filter((room) => room !== undefined));
  expect([...rooms].filter((room) => floorOf(room) < 0)).toEqual([]);
});

test('imports run downward only', () => {
  const upward = betweenRooms.filter(({ from, to }) => {
    const target = roomOf(to);
    return target === undefined || floorOf(target) >= floorOf(roomOf(from) ?? '');
  });
  expect(upward.map(arrow)).toEqual([]);
});

test('a room is entered through an index.ts; in shared/ each file is its own face', () => {
  const sideDoors = betweenRooms.filter(
    ({ to }) => roomOf(to) !== 'shared' && posix.basename(to) !== 'index.ts',
  );
  expect(sideDoors.map(arrow)).toEqual([]);
});

test('no file loads itself through others', () => {
  const loads = Map.groupBy(
    edges.filter(({ types }) => !types),
    ({ from }) => from,
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, trail: readonly string[]) => {
    const start = trail.indexOf(file);
    if (start >= 0) cycles.push([...trail.slice(start), file].join(' -> '));
    if (start >= 0 || done.has(file)) return;
    for (const { to } of loads.get(file) ?? []) visit(to, [...trail, file]);
    done.add(file);
  };
  for (const file of shipped) visit(file, []);
  expect(cycles).toEqual([]);
});

test('no source file is longer than 400 lines', () => {
  expect(sources.filter((file) => read(file).trimEnd().split('\n').length > 400)).toEqual([]);
});

test('names of files and folders are kebab-case', () => {
  const names = globSync('{src,test,scripts,bench,examples,docs}/**/*.{ts,cjs,md,yaml}', { cwd: root });
  const odd = names.filter(
    (file) => !/^(?:[a-z0-9]+(?:-[a-z0-9]+)*[/.])+(?:[a-z0-9]+|README\.md)$/.test(file),
  );
  expect(odd).toEqual([]);
});

test('nothing has the type any, nor asks the linter to let it pass', () => {
  const anyType = /(?::|<|\||&|\bas|\bextends)\s*any\b\s*(?:$|[[\]>;,)=|&{}])|noExplicitAny/m;
  const withoutComments = (text: string) =>
    text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/(?!.*biome-ignore).*$/gm, '');
  expect('let x: any;').toMatch(anyType);
  expect(sources.filter((file) => anyType.test(withoutComments(read(file))))).toEqual([]);
});

test('every npm script checks the version of Node.js first', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const unchecked = Object.entries(scripts).filter(
    ([, command]) => !command.startsWith('node scripts/check-node.cjs && '),
  );
  expect(unchecked).toEqual([]);
});

test('no run-time dependency is native or runs a script when it is installed', () => {
  const lock = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { dev?: boolean; hasInstallScript?: boolean }>;
  };
  const runTime = Object.entries(lock.packages).filter(([folder, { dev }]) => folder !== '' && dev !== true);
  expect(runTime.map(([folder]) => folder)).toContain('node_modules/ioredis');
  const native = runTime.filter(
    ([folder, { hasInstallScript }]) =>
      hasInstallScript === true || globSync(`${folder}/**/{*.node,binding.gyp}`, { cwd: root }).length > 0,
  );
  expect(native.map(([folder]) => folder)).toEqual([]);
});

test("nothing in the repository names a path of someone's machine", () => {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  const files = listed.split('\0').filter((file) => file !== '' && file !== 'test/house.test.ts');
  const prefixes = [root, homedir(), '/home', '/Users'].map((folder) =>
    `${folder}/`.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  );
  const machinePath = new RegExp(`(?<![\\w.-])(?:${prefixes.join('|')})[\\w.]|\\b[A-Z]:\\\\Users\\\\`);
  const naming = files.filter((file) => existsSync(join(root, file)) && machinePath.test(read(file)));
  expect(naming).toEqual([]);
});
