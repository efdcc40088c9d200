import { EventHistory } from '../event/history.ts';
import { EventRecorder } from '../event/recorder.ts';
import { PauseRecords } from '../pause/records.ts';
import { Addresses, type NetworkOf } from '../store/addresses.ts';
import { Cells } from '../store/cells.ts';
import { GoodSpecs } from '../store/good-specs.ts';
import { WorkloadSpecs } from '../store/workload-specs.ts';
import { WorkloadStatuses } from '../store/workload-statuses.ts';
import { VolumeRecords } from '../volume/records.ts';
import { SnapshotRecords } from '../volume/snapshot/records.ts';
import type { Base } from './base.ts';

export type Records = ReturnType<typeof createRecords>;

/** Creates the records of workloads and volumes; cells get addresses of their networks. */
export function createRecords({ db, now }: Pick<Base, 'db' | 'now'>, networkOf: NetworkOf) {
  return {
    cells: new Cells(db),
    specs: new WorkloadSpecs(db),
    statuses: new WorkloadStatuses(db),
    goods: new GoodSpecs(db),
    addresses: new Addresses(db, networkOf),
    pauses: new PauseRecords(db),
    volumes: new VolumeRecords(db, now),
    snapshots: new SnapshotRecords(db, now),
    recorder: new EventRecorder(db, now),
    history: new EventHistory(db),
  };
}
