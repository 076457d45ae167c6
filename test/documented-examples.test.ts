/** Examples in the guides and in TSDoc are compiled, so that none of them shows what is not there. */
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

interface Example {
  /** Where it stands, such as `src/store/key.ts:18`. */
  readonly place: string;
  readonly code: string;
}

const root = resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const lineAt = (text: string, index: number) => text.slice(0, index).split('\n').length;

const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: root })];
const sources = globSync('src/**/*.ts', { cwd: root, exclude: ['**/*.test.ts'] });

/** Complete programs: each fenced block of TypeScript of a page. */
function pageExamples(file: string): Example[] {
  const text = read(file);
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => ({
    place: `${file}:${lineAt(text, match.index)}`,
    code: match[1] ?? '',
  }));
}

/** The `@example` parts of a source file's doc comments; those fenced as another language (`sh`) are not for us. */
function sourceExamples(file: string): Example[] {
  const text = read(file);
  return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((comment) => {
    const plain = comment[0].slice(3, -2).replace(/^[ \t]*\* ?/gm, '');
    return [...plain.matchAll(/@example\b([\s\S]*?)(?=^@[a-z]+\b|(?![\s\S]))/gm)].flatMap((match) => {
      const fence = /```(\w*)\n([\s\S]*?)```/.exec(match[1] ?? '');
      if (fence !== null && fence[1] !== 'ts') return [];
      const line = lineAt(text, comment.index) + lineAt(plain, match.index) - 1;
      return [{ place: `${file}:${line}`, code: withNames(file, fence?.[2] ?? match[1] ?? '') }];
    });
  });
}

/** Every name that the sources export, with the file that declares it. */
const exported = sources.flatMap((file) =>
  [
    ...read(file).matchAll(
      /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|class|const|type|interface) (\w+)/gm,
    ),
  ].map(([, name]) => ({ name: name ?? '', file })),
);

/** Things that an example of a doc comment may take as given. */
const given = {
  store: 'Store',
  space: 'Space',
  state: 'TelescopeState',
  bytes: 'Uint8Array<ArrayBuffer>',
  signal: 'AbortSignal',
  file: 'Hdf5File',
  database: 'ConfigurationDatabase',
};

/**
 * An example of a doc comment leaves out its imports: names that the sources export are imported, from its own file
 * first, then from its own room, and what is {@link given} is declared.
 */
function withNames(file: string, code: string): string {
  const declares = (name: string) =>
    new RegExp(`\\b(?:const|let|function|class|using)\\s+(?:${name}\\b|[{[][^=}\\]]*\\b${name}\\b)`).test(
      code,
    );
  const uses = (name: string) => new RegExp(`(?<![.\\w'"])${name}\\b`).test(code) && !declares(name);
  const givenHere = Object.entries(given).filter(([name]) => uses(name));
  const wanted = new Map<string, string>();
  for (const item of exported) {
    const needed = uses(item.name) || givenHere.some(([, type]) => type === item.name);
    const found = wanted.get(item.name);
    if (needed && (found === undefined || nearness(file, item.file) > nearness(file, found))) {
      wanted.set(item.name, item.file);
    }
  }
  return [
    ...[...wanted].map(([name, from]) => `import { ${name} } from '${join(root, from)}';`),
    ...givenHere.map(([name, type]) => `declare const ${name}: ${type};`),
    code,
  ].join('\n');
}

/** How near another file is: the file itself, one of the same room, or any. */
function nearness(file: string, other: string): number {
  if (file === other) return 2;
  const room = (path: string) => path.split('/')[1];
  return room(file) === room(other) ? 1 : 0;
}

/** The package's own names (`alidade`, `alidade/telstate`), as its sources. */
function packagePaths(): Record<string, string[]> {
  const { exports } = JSON.parse(read('package.json')) as { exports: Record<string, string> };
  const faces = Object.entries(exports).filter(([, target]) => target.endsWith('.js'));
  return Object.fromEntries(
    faces.map(([subpath, target]) => [
      join('alidade', subpath),
      [join(root, target.replace('./dist/', 'src/').replace('.js', '.ts'))],
    ]),
  );
}

function compile(examples: readonly Example[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'alidade-examples-'));
  try {
    const compilerOptions = {
      noEmit: true,
      declaration: false,
      rootDir: '/',
      rewriteRelativeImportExtensions: false,
      verbatimModuleSyntax: false,
      noUnusedLocals: false,
      noUnusedParameters: false,
      typeRoots: [join(root, 'node_modules/@types')],
      paths: packagePaths(),
    };
    const config = { extends: join(root, 'tsconfig.json'), compilerOptions, include: ['*.ts'], exclude: [] };
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    for (const { place, code } of examples) {
      writeFileSync(join(folder, `${place.replaceAll('/', '__')}.ts`), `${code}\nexport {};\n`);
    }
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const result = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    });
    return `${result.stdout}${result.stderr}`.replaceAll('__', '/');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('examples are found, and a wrong one is noticed', () => {
  expect(pages.flatMap(pageExamples).map(({ place }) => place)).toContainEqual(
    expect.stringMatching(/^README/),
  );
  expect(sources.flatMap(sourceExamples).length).toBeGreaterThan(0);
  const wrong = { place: 'wrong', code: "import { noSuchThing } from 'alidade';" };
  expect(compile([wrong])).toContain('noSuchThing');
});

test('every example of the guides and of TSDoc compiles', { timeout: 60_000 }, () => {
  expect(compile([...pages.flatMap(pageExamples), ...sources.flatMap(sourceExamples)])).toBe('');
});
