import type { Feed } from '@capsule/engine';
import type { WorkloadSpecs } from '../store/workload-specs.ts';
import type { WorkloadConfig } from '../workload/commands.ts';
import type { VolumeKeeper } from './commands.ts';

export interface VolumeHolderParts {
  readonly keeper: VolumeKeeper;
  readonly config: WorkloadConfig;
  readonly specs: WorkloadSpecs;
  readonly feed: Feed;
}

/**
 * The holder is stopped for good, so that it does not come back and miss its volume; one that is being
 * deleted lets go by itself.
 */
export function stopHolder(
  volume: string,
  {
    keeper,
    config,
    specs,
  }: Pick<VolumeHolderParts, 'keeper' | 'specs'> & {
    readonly config: Pick<WorkloadConfig, 'stop'>;
  },
): void {
  const holder = keeper.holderOf(volume);
  const desired = holder === undefined ? undefined : specs.get(holder)?.desired;
  if (holder !== undefined && desired === 'running') config.stop(holder);
}

/** Waits for a workload that was told to end to let go of a volume; for one that runs it does not. */
export async function untilLeft(
  volume: string,
  { keeper, specs, feed }: VolumeHolderParts,
  signal: AbortSignal,
): Promise<void> {
  const changes = feed.changes(signal);
  const isLeaving = () => {
    const holder = keeper.holderOf(volume);
    const record = holder === undefined ? undefined : specs.get(holder);
    return record !== undefined && record.desired !== 'running';
  };
  try {
    while (isLeaving()) {
      if ((await changes.next()).done === true) return;
    }
  } finally {
    await changes.return(undefined);
  }
}
