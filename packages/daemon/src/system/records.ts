import { placeOfCell, type SpaceNetwork } from '@capsule/core';
import { EventHistory } from '../event/history.ts';
import { EventRecorder } from '../event/recorder.ts';
import { PauseRecords } from '../pause/records.ts';
import { Addresses } from '../store/addresses.ts';
import { Cells } from '../store/cells.ts';
import { GoodSpecs } from '../store/good-specs.ts';
import { Scopes } from '../store/scopes.ts';
import { WorkloadSpecs } from '../store/workload-specs.ts';
import { WorkloadStatuses } from '../store/workload-statuses.ts';
import { VolumeRecords } from '../volume/records.ts';
import { SnapshotRecords } from '../volume/snapshot/records.ts';
import type { Base } from './base.ts';

export type Records = ReturnType<typeof createRecords>;

/** Creates the records of cells, workloads and volumes. `network` is that of the space main/default. */
export function createRecords({ db, now }: Pick<Base, 'db' | 'now'>, network: SpaceNetwork) {
  const scopes = new Scopes(db, network);
  return {
    scopes,
    cells: new Cells(db),
    specs: new WorkloadSpecs(db),
    statuses: new WorkloadStatuses(db),
    goods: new GoodSpecs(db),
    addresses: new Addresses(db, (cell) => scopes.networkOf(placeOfCell(cell))?.cidr),
    pauses: new PauseRecords(db),
    volumes: new VolumeRecords(db, now),
    snapshots: new SnapshotRecords(db, now),
    recorder: new EventRecorder(db, now),
    history: new EventHistory(db),
  };
}
