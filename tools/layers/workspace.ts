import { glob, readFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
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
  /** The file behind every name that a package of ours can be imported by. */
  readonly exported: ReadonlyMap<string, string>;
  /** The dependencies of the root: for tests and for folders that are no packages. */
  readonly atRoot: ReadonlySet<string>;
}

const SOURCES = ['packages/*/src/**/*.ts', '{tools,test,bench}/**/*.ts', 'native/test/**/*.ts'];

export async function loadWorkspace(root: string): Promise<Workspace> {
  const paths = await Array.fromAsync(
    glob(SOURCES, { cwd: root, exclude: (path) => path === 'node_modules' }),
  );
  const files = await Promise.all(paths.sort().map((path) => loadFile(root, path)));
  const manifests = await Array.fromAsync(glob('packages/*/package.json', { cwd: root }));
  const homes = manifests.map((manifest) => dirname(manifest));
  const declared = await Promise.all(
    homes.map(
      async (home) => [home, await dependencies(root, join(home, 'package.json'))] as const,
    ),
  );
  const exported = await Promise.all(homes.map((home) => exports(root, home)));
  return {
    files,
    declared: new Map(declared),
    exported: new Map(exported.flat()),
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
  const content = await readManifest(join(root, manifest));
  const groups = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
  return new Set(groups.flatMap((group) => Object.keys(content[group] ?? {})));
}

/** `['@capsule/testkit/tar', 'packages/testkit/src/images/tar.ts']` */
async function exports(root: string, home: string): Promise<[string, string][]> {
  const { exports: exported = {} } = await readManifest(join(root, home, 'package.json'));
  return Object.entries(exported).map(([name, path]) => [
    posix.join('@capsule', posix.basename(home), name),
    posix.join(home, path),
  ]);
}

async function readManifest(path: string): Promise<Record<string, Record<string, string>>> {
  return JSON.parse(await readFile(path, 'utf8'));
}
