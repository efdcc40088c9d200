import type { CellCgroups, ContainerRuntime } from '@capsule/core';
import type { Database } from '@capsule/engine';
import type { PauseCommands } from '../../pause/commands.ts';
import type { Addresses } from '../../store/addresses.ts';
import type { Cells } from '../../store/cells.ts';
import type { ContainerLogs } from '../container-logs.ts';
import type { WorkloadObserver } from '../observe.ts';
import type { CellExecutor, ContainerExecutor } from '../steps.ts';

export function removeContainer(
  runtime: Pick<ContainerRuntime, 'remove'>,
): ContainerExecutor<'removeContainer'> {
  return (_at, { ref }, signal) => runtime.remove(ref, signal);
}

export function removeLogs(logs: Pick<ContainerLogs, 'remove'>): ContainerExecutor<'removeLogs'> {
  return (_at, { ref }) => logs.remove(ref);
}

export interface ForgetContainerParts {
  readonly db: Database;
  readonly cells: Pick<Cells, 'removeContainer'>;
  readonly pauses: Pick<PauseCommands, 'forget'>;
  readonly logs: Pick<ContainerLogs, 'remove'>;
  readonly observer: Pick<WorkloadObserver, 'recordEvent' | 'forget'>;
}

/** Forgets one container of a cell that stays. */
export function forgetContainer(parts: ForgetContainerParts): ContainerExecutor<'forgetContainer'> {
  const { db, cells, pauses, logs, observer } = parts;
  return async ({ container }, { ref }) => {
    await logs.remove(ref);
    const isGone = db.transaction(() => {
      pauses.forget(ref);
      if (!cells.removeContainer(container)) return false;
      observer.recordEvent(container, 'Deleted', 'nothing is left of it');
      return true;
    });
    if (isGone) observer.forget(ref);
  };
}

export interface ForgetParts {
  readonly db: Database;
  readonly cgroups: Pick<CellCgroups, 'remove'>;
  readonly cells: Pick<Cells, 'remove'>;
  readonly addresses: Pick<Addresses, 'release'>;
  readonly pauses: Pick<PauseCommands, 'forget'>;
  readonly logs: Pick<ContainerLogs, 'remove'>;
  readonly observer: Pick<WorkloadObserver, 'recordEvent' | 'forget' | 'noteCell'>;
}

export function forget(parts: ForgetParts): CellExecutor<'forget'> {
  const { db, cgroups, cells, addresses, pauses, logs, observer } = parts;
  return async (record) => {
    const { id, containers } = record;
    // A start that was interrupted may have made the log's folder without any line.
    for (const { ref } of containers) await logs.remove(ref);
    await cgroups.remove(id);
    db.transaction(() => {
      if (!cells.remove(record)) return;
      addresses.release(id);
      for (const container of containers) {
        pauses.forget(container.ref);
        observer.recordEvent(container, 'Deleted', 'removed with its files');
      }
    });
    for (const { ref } of containers) observer.forget(ref);
    observer.noteCell(id);
  };
}
