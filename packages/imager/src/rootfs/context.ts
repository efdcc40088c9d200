import type { Cache } from '../cache/cache.ts';
import type { DebianArchive } from '../debian/host-apt.ts';
import type { Progress } from '../progress.ts';
import type { StepArgs, StepName } from './plan-rootfs.ts';

/** The surroundings of a build, for the executors of steps. */
export interface BuildContext {
  /** The checkout. */
  readonly repository: string;
  readonly cache: Cache;
  /** Called only by steps that fetch packages. */
  readonly archive: () => Promise<DebianArchive>;
  /** Environment for compilers: registries, proxies and certificates of the user. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly progress: Progress;
}

export interface LayerContext extends BuildContext {
  readonly cacheDir: string;
  /** The folder of Firecracker and its jailer, if there is one. */
  readonly firecracker?: string;
  /** Resolves to the directory of a layer below when that is finished. */
  readonly layer: (name: StepName) => Promise<string>;
}

/** Fills `directory` with one layer. Run once per key, as root, under the cache's lock. */
export type Executor<N extends StepName> = (
  args: StepArgs[N],
  directory: string,
  context: LayerContext,
) => Promise<void>;

export type Executors = { readonly [N in StepName]: Executor<N> };
