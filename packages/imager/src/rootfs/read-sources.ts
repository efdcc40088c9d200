import { join } from 'node:path';
import { digestOfFiles } from '../cache/digest.ts';
import type { Architecture } from '../profile.ts';
import { findNode } from './find-node.ts';
import type { Sources, StepName } from './plan-rootfs.ts';

const IN_CLI = ['core', 'api', 'cli'];
const IN_CAPSULED = ['core', 'api', 'engine', 'host', 'drivers', 'names', 'machine', 'daemon'];
const IN_MACHINE = ['core', 'host', 'machine'];
const PROGRAMS = [
  'extract-programs.ts',
  'check-stacked.ts',
  'extract-packages.ts',
  '../debian/program-closure.ts',
  '../debian/tree-path.ts',
];
const RECIPES: Readonly<Record<StepName, readonly string[]>> = {
  base: ['base-layer.ts', 'extract-packages.ts', 'ca-bundle.ts'],
  vmm: ['vmm-layer.ts', ...PROGRAMS, '../firecracker/programs.ts'],
  node: ['node-layer.ts'],
  native: ['native-layer.ts', 'choose-cargo.ts'],
  guest: [
    'guest-layer.ts',
    'guest-initramfs.ts',
    'extract-packages.ts',
    '../debian/program-closure.ts',
    '../debian/tree-path.ts',
    '../disk/cpio.ts',
    '../disk/kernel.ts',
  ],
  config: ['config-layer.ts'],
  cli: [
    'cli-layer.ts',
    '../../../cli/build.ts',
    ...[
      'build-packs.ts',
      'help-pages.ts',
      'lazy-module.ts',
      'lean-schemas.ts',
      'module-graph.ts',
      'pack.ts',
      'warm-capsule.ts',
      'warm-up.ts',
      'watch-run.ts',
    ].map((file) => `../../../cli/build/${file}`),
    '../../../cli/package.json',
  ],
  capsuled: [
    'capsuled-layer.ts',
    '../program/bundle-compiled.ts',
    '../program/bundle-program.ts',
    '../profiles/service-table.ts',
  ],
  hardware: ['hardware-layer.ts', ...PROGRAMS, '../uki/machine-kernel.ts'],
  machine: ['machine-layer.ts', 'config-layer.ts'],
};

/** Returns the inputs of the layers as the checkout has them now. */
export async function readSources(
  repository: string,
  architecture: Architecture,
): Promise<Sources> {
  const here = join(repository, 'packages/imager/src/rootfs');
  const recipe = (name: StepName) => digestOfFiles(here, RECIPES[name]);
  const [node, native, cli, capsuled, machine, ...recipes] = await Promise.all([
    findNode(repository, architecture),
    digestOfFiles(repository, NATIVE, isNativeSource),
    digestOfPackages(repository, IN_CLI),
    digestOfPackages(repository, IN_CAPSULED),
    digestOfPackages(repository, IN_MACHINE),
    ...STEP_NAMES.map(recipe),
  ]);
  return {
    architecture,
    nodeVersion: node.version,
    native,
    cli,
    capsuled,
    machine,
    recipes: Object.fromEntries(
      STEP_NAMES.map((name, index) => [name, recipes[index]]),
    ) as Sources['recipes'],
  };
}

/** The TypeScript of packages that goes into a bundle, with the versions of what it uses. */
function digestOfPackages(repository: string, names: readonly string[]): Promise<string> {
  const folders = names.map((name) => `packages/${name}/src`);
  return digestOfFiles(
    repository,
    [...folders, 'package-lock.json'],
    (path) => !path.endsWith('.test.ts'),
  );
}

const STEP_NAMES = Object.keys(RECIPES) as StepName[];

const NATIVE = [
  'files',
  'init',
  'launch',
  'log',
  'guest',
  'shared',
  'stage0',
  '.cargo',
  'Cargo.toml',
  'Cargo.lock',
].map((name) => `native/${name}`);

function isNativeSource(path: string): boolean {
  return /\.(rs|toml|lock)$/.test(path) && !path.endsWith('_test.rs');
}
