import type { Cache } from '../cache/cache.ts';
import type { DebianArchive } from '../debian/host-apt.ts';
import type { Progress } from '../progress.ts';
import type { StepArgs, StepName } from './plan-image.ts';

/** What the executors of steps work with. */
export interface BuildContext {
  /** The checkout. */
  readonly repository: string;
  readonly cache: Cache;
  /** Asked for only by steps that fetch packages. */
  readonly archive: () => Promise<DebianArchive>;
  /** Environment for compilers: registries, proxies and certificates of the user. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly progress: Progress;
}

/** Fills `directory` with one layer. Run once per key, as root, under the cache's lock. */
export type Executor<N extends StepName> = (
  args: StepArgs[N],
  directory: string,
  context: BuildContext,
) => Promise<void>;

export type Executors = { readonly [N in StepName]: Executor<N> };
