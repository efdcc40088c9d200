import { type ContainerRef, cellKey } from '@capsule/core';
import { CellApplier } from '../cell/apply.ts';
import { CellCommands } from '../cell/commands.ts';
import { CellDescriber } from '../cell/describe.ts';
import { CellPauses } from '../cell/pause.ts';
import type { PauseCommands } from '../pause/commands.ts';
import { ScopeCommands } from '../scope/commands.ts';
import { ScopeController } from '../scope/reconcile.ts';
import { SpaceRanges } from '../scope/space-ranges.ts';
import type { Admission } from '../workload/admission/admission.ts';
import type { WorkloadController } from '../workload/controller.ts';
import type { WorkloadObserver } from '../workload/observe.ts';
import type { Base } from './base.ts';
import type { Ports } from './ports.ts';
import type { Records } from './records.ts';

export interface CellsParts {
  readonly records: Records;
  readonly observer: WorkloadObserver;
  readonly pauses: PauseCommands;
  readonly admission: Admission;
  readonly controller: Pick<WorkloadController, 'specChanged' | 'isRuntimeAway'>;
  readonly ports: Pick<Ports, 'network' | 'scopes' | 'runtimeId'>;
  readonly spacePool: string;
}

/** Creates the parts for realms, spaces, stacks, cells and their containers. */
export function createCells({ db, feed, log, now }: Base, parts: CellsParts) {
  const { observer, pauses, admission, controller, ports } = parts;
  const { scopes, cells, statuses, addresses } = parts.records;
  const ranges = new SpaceRanges({
    machine: ports.network.ranges,
    pool: parts.spacePool,
    hasSpace: (place) => place.space === undefined || scopes.networkOf(place) !== undefined,
  });
  const scopeController = new ScopeController({ scopes, cells, maker: ports.scopes, feed, log });
  const statusOf = (ref: ContainerRef) => observer.statusOf(ref);
  const shared = {
    db,
    cells,
    admission,
    statusOf,
    note: observer.recordEvent.bind(observer),
    onChange: (cell: Parameters<typeof cellKey>[0]) => {
      controller.specChanged(cell);
      feed.notify(cellKey(cell));
    },
  };
  const commands = new CellCommands(shared);
  const scopeCommands = new ScopeCommands({
    db,
    scopes,
    cellIds: () => cells.list().map(({ id }) => id),
    deleteCell: (cell, { force }) => commands.delete(cell, { force, cascade: true }),
    chooseNetwork: (key, taken) => ranges.choose(key, taken),
    now,
    onChange: (place) => scopeController.changed(place),
  });
  return {
    ranges,
    scopeCommands,
    scopeController,
    applier: new CellApplier({ ...shared, statuses, scopes: scopeCommands, now }),
    commands,
    pauses: new CellPauses({ cells, pauses }),
    describer: new CellDescriber({
      scopes,
      scopeStates: scopeController,
      addresses,
      pauses,
      statusOf,
      isRuntimeAway: () => controller.isRuntimeAway,
      runtimeId: ports.runtimeId,
    }),
  };
}
