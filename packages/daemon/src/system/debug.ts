import { DebugContainers } from '../debug/containers.ts';
import type { Base } from './base.ts';
import type { Resources } from './resources.ts';

/** Creates the containers of debug sessions; `folder` marks those that end with their sessions. */
export function createDebug(
  folder: string,
  { feed }: Pick<Base, 'feed'>,
  { workloads, records }: Pick<Resources, 'workloads' | 'records'>,
): DebugContainers {
  const { commands, controller } = workloads;
  return new DebugContainers({ folder, commands, controller, specs: records.specs, feed });
}
