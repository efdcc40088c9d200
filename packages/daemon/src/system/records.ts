import type { Database } from '@capsule/engine';
import { Addresses } from '../store/addresses.ts';
import { Events } from '../store/events.ts';
import { GoodSpecs } from '../store/good-specs.ts';
import { Pauses } from '../store/pauses.ts';
import { Snapshots } from '../store/snapshots.ts';
import { Volumes } from '../store/volumes.ts';
import { WorkloadSpecs } from '../store/workload-specs.ts';
import { WorkloadStatuses } from '../store/workload-statuses.ts';

export type Records = ReturnType<typeof createRecords>;

/** Everything that is stored of workloads and volumes; `cidr` is the network that cells get addresses of. */
export function createRecords(db: Database, cidr: string) {
  return {
    specs: new WorkloadSpecs(db),
    statuses: new WorkloadStatuses(db),
    goods: new GoodSpecs(db),
    addresses: new Addresses(db, cidr),
    pauses: new Pauses(db),
    volumes: new Volumes(db),
    snapshots: new Snapshots(db),
    events: new Events(db),
  };
}
