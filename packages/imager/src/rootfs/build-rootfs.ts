import { arch } from 'node:process';
import { Cache, type CacheEntry } from '../cache/cache.ts';
import { sizeOf } from '../cache/size-of.ts';
import { findDebianArchive } from '../debian/host-apt.ts';
import { imagerError } from '../errors.ts';
import { findFirecracker } from '../firecracker/find-firecracker.ts';
import { digestOfFirecracker } from '../firecracker/programs.ts';
import { releaseFor } from '../firecracker/release.ts';
import { kernelKey } from '../guest-kernel/kernel-key.ts';
import type { Profile } from '../profile.ts';
import { type Progress, step as report } from '../progress.ts';
import { buildBase } from './base-layer.ts';
import { buildCapsuled } from './capsuled-layer.ts';
import { buildCli } from './cli-layer.ts';
import { buildConfig } from './config-layer.ts';
import type { Executors, LayerContext } from './context.ts';
import { buildGuest } from './guest-layer.ts';
import { buildHardware } from './hardware-layer.ts';
import { buildMachine } from './machine-layer.ts';
import { buildNative } from './native-layer.ts';
import { buildNode } from './node-layer.ts';
import { describeStep, planRootfs, type Step, type StepName } from './plan-rootfs.ts';
import { readSources } from './read-sources.ts';
import { buildVmm } from './vmm-layer.ts';

export interface BuildRequest {
  readonly repository: string;
  readonly cacheDir: string;
  readonly profile: Profile;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly progress: Progress;
  /** Paths of layers that running capsules use: they stay in the cache. */
  readonly layersInUse: () => Promise<readonly string[]>;
}

/** One layer as it lies on disk. */
export interface Layer extends CacheEntry {
  readonly name: StepName;
  readonly key: string;
}

/** A finished rootfs: directories to be stacked, lowest first. Callers must not write to them. */
export interface Rootfs {
  readonly layers: readonly Layer[];
  /** The host's launcher program, from the same build. */
  readonly launchProgram: string;
}

/** Two weeks: the layers of a branch that a developer returns to are still there. */
const UNUSED_MS = 14 * 24 * 3600 * 1000;

const executors: Executors = {
  base: buildBase,
  vmm: buildVmm,
  node: buildNode,
  native: buildNative,
  guest: buildGuest,
  config: buildConfig,
  cli: buildCli,
  capsuled: buildCapsuled,
  hardware: buildHardware,
  machine: buildMachine,
};

/** Builds the missing layers of a rootfs; unchanged ones are found in the cache. Needs root. */
export async function buildRootfs(request: BuildRequest): Promise<Rootfs> {
  if (arch !== 'x64' && arch !== 'arm64') throw imagerError.ARCHITECTURE({ architecture: arch });
  const cache = new Cache(request.cacheDir);
  const firecracker = await findFirecracker(request.env, cache, releaseFor(arch));
  const made = new Map<StepName, Promise<Layer>>();
  const context: LayerContext = {
    ...request,
    cache,
    layer: async (name) => (await made.get(name))?.path ?? '',
    archive: () => findDebianArchive(request.env['CAPSULE_DEBIAN_MIRROR']),
    ...(firecracker === undefined ? {} : { firecracker }),
  };
  const { repository, profile } = request;
  const guestKernel = await kernelKey(repository, arch, profile.suite);
  const sources = {
    ...(await readSources(repository, arch)),
    ...(firecracker && { firecracker: await digestOfFirecracker(firecracker) }),
    ...((await cache.find(guestKernel)) === undefined ? {} : { guestKernel }),
  };
  for (const step of planRootfs(profile, sources)) made.set(step.do, obtain(step, context));
  const layers = await Promise.all(made.values());
  if (layers.some((layer) => layer.fresh)) await prune(cache, layers, request.layersInUse);
  const native = layers.find((layer) => layer.name === 'native');
  return { layers, launchProgram: `${native?.path}/usr/bin/capsule-launch` };
}

async function prune(
  cache: Cache,
  layers: readonly Layer[],
  layersInUse: BuildRequest['layersInUse'],
): Promise<void> {
  const own = layers.map((layer) => layer.path);
  await cache.prune(UNUSED_MS, new Set([...own, ...(await layersInUse())]));
}

async function obtain(step: Step, context: LayerContext): Promise<Layer> {
  const entry = (await context.cache.find(step.key)) ?? (await make(step, context));
  return { ...entry, name: step.do, key: step.key };
}

function make(step: Step, context: LayerContext): Promise<CacheEntry> {
  return report(context.progress, describeStep(step), () =>
    context.cache.ensure(step.key, async (directory) => {
      await execute(step, directory, context);
      return { sizeBytes: await sizeOf(directory) };
    }),
  );
}

function execute(step: Step, directory: string, context: LayerContext): Promise<void> {
  switch (step.do) {
    case 'base':
      return executors.base(step.args, directory, context);
    case 'vmm':
      return executors.vmm(step.args, directory, context);
    case 'node':
      return executors.node(step.args, directory, context);
    case 'native':
      return executors.native(step.args, directory, context);
    case 'guest':
      return executors.guest(step.args, directory, context);
    case 'config':
      return executors.config(step.args, directory, context);
    case 'cli':
      return executors.cli(step.args, directory, context);
    case 'capsuled':
      return executors.capsuled(step.args, directory, context);
    case 'hardware':
      return executors.hardware(step.args, directory, context);
    case 'machine':
      return executors.machine(step.args, directory, context);
  }
}
