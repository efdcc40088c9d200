import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findImports, type Import } from './find-imports.ts';

/** One TypeScript file of the repository. */
export interface SourceFile {
  /** Relative to the root. */
  readonly path: string;
  /** `packages/core`, or the top folder of a file that is in no package. */
  readonly home: string;
  /** The package's short name, or the top folder: a key of the layer table. */
  readonly layer: string;
  readonly isTest: boolean;
  readonly imports: readonly Import[];
}

export interface Workspace {
  readonly files: readonly SourceFile[];
  /** Names of npm packages that each home declares. */
  readonly declared: ReadonlyMap<string, ReadonlySet<string>>;
  /** What the root declares: for tests and for folders that are no packages. */
  readonly atRoot: ReadonlySet<string>;
}

const SOURCES = ['packages/*/src/**/*.ts', '{tools,test,bench}/**/*.ts', 'native/test/**/*.ts'];

export async function loadWorkspace(root: string): Promise<Workspace> {
  const paths = await Array.fromAsync(
    glob(SOURCES, { cwd: root, exclude: (path) => path === 'node_modules' }),
  );
  const files = await Promise.all(paths.sort().map((path) => loadFile(root, path)));
  const manifests = await Array.fromAsync(glob('packages/*/package.json', { cwd: root }));
  const declared = await Promise.all(
    manifests.map(
      async (manifest) =>
        [manifest.replace(/\/package\.json$/, ''), await dependencies(root, manifest)] as const,
    ),
  );
  return {
    files,
    declared: new Map(declared),
    atRoot: await dependencies(root, 'package.json'),
  };
}

async function loadFile(root: string, path: string): Promise<SourceFile> {
  const [top = '', name = ''] = path.split('/');
  const inPackage = top === 'packages';
  return {
    path,
    home: inPackage ? `packages/${name}` : top,
    layer: inPackage ? name : top,
    isTest: path.endsWith('.test.ts'),
    imports: findImports(await readFile(join(root, path), 'utf8')),
  };
}

async function dependencies(root: string, manifest: string): Promise<Set<string>> {
  const content = JSON.parse(await readFile(join(root, manifest), 'utf8')) as Record<
    string,
    Record<string, string> | undefined
  >;
  const groups = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
  return new Set(groups.flatMap((group) => Object.keys(content[group] ?? {})));
}
