import type { ContainerRuntime, VolumeBackend } from '@capsule/core';
import type { PauseCommands } from '../../pause/commands.ts';
import type { VolumeFiller } from '../../volume/fill.ts';
import type { WorkloadObserver } from '../observe.ts';
import type { ContainerExecutor } from '../steps.ts';
import { bindFolders } from './bind-folders.ts';

export interface StartContainerParts {
  readonly runtime: Pick<ContainerRuntime, 'start'>;
  readonly volumeBackend: Pick<VolumeBackend, 'bindFolders'>;
  readonly pauses: Pick<PauseCommands, 'forget'>;
  readonly filler: Pick<VolumeFiller, 'recordFilled'>;
  readonly observer: Pick<
    WorkloadObserver,
    'recordStart' | 'reportProgress' | 'endProgress' | 'recordSeen'
  >;
}

export function startContainer({
  runtime,
  volumeBackend,
  pauses,
  filler,
  observer,
}: StartContainerParts): ContainerExecutor<'startContainer'> {
  return async ({ cell, container }, { ref }, signal) => {
    await bindFolders(volumeBackend, { cell, container }, signal);
    pauses.forget(ref);
    observer.recordStart(ref);
    observer.reportProgress(ref, { stage: 'starting', doneBytes: 0, totalBytes: 0 });
    const seen = await runtime.start(ref, signal);
    filler.recordFilled(cell);
    observer.endProgress(ref);
    observer.recordSeen(ref, seen);
  };
}

export interface StopContainerParts {
  readonly runtime: Pick<ContainerRuntime, 'stop'>;
  readonly observer: Pick<WorkloadObserver, 'reportProgress'>;
}

export function stopContainer({
  runtime,
  observer,
}: StopContainerParts): ContainerExecutor<'stopContainer'> {
  return async ({ container }, { ref, graceMs }, signal) => {
    observer.reportProgress(ref, { stage: 'stopping', doneBytes: 0, totalBytes: 0 });
    await runtime.stop(ref, { graceMs, stopSignal: container.spec.stopSignal }, signal);
  };
}

export function limitContainer(
  runtime: Pick<ContainerRuntime, 'update'>,
): ContainerExecutor<'limitContainer'> {
  return (_at, { ref, resources }, signal) => runtime.update(ref, resources, signal);
}
