import { createLog, type Database, Feed, Tracer } from '@capsule/engine';
import type { Base } from '../system/base.ts';
import { createRecords } from '../system/records.ts';
import { createVolumes, type VolumePorts, type VolumesParts } from '../system/volumes.ts';
import type { VolumeUsers } from '../volume/holders.ts';
import { noPauses } from './no-pauses.ts';

export interface TestVolumes
  extends Omit<VolumePorts, 'faultPoint'>,
    Partial<Pick<Base, 'now' | 'monotonicMs'> & Pick<VolumesParts, 'pauses'>> {
  readonly users?: Partial<VolumeUsers>;
}

const NO_USERS: VolumeUsers = {
  namedBy: () => [],
  desiredOf: () => undefined,
  containersOf: (cell) => [{ cell, container: cell.cell }],
  isStopping: () => false,
  stop: () => undefined,
  onRelease: () => undefined,
};

/** Creates the volume parts of a capsuled; a test may create several on one store. */
export function createTestVolumes(db: Database, test: TestVolumes) {
  const { now = Date.now, monotonicMs = () => performance.now() } = test;
  const { backend, guestVolumes, archives, uploads } = test;
  const [feed, log, tracer] = [new Feed(db), createLog(() => undefined), new Tracer()];
  const base = { db, feed, log, tracer, now, monotonicMs };
  const records = createRecords(base, { bridge: 'br0', cidr: '172.20.254.0/24' });
  const volumes = createVolumes(base, {
    records,
    ports: { backend, guestVolumes, archives, uploads, faultPoint: () => undefined },
    pauses: test.pauses ?? noPauses,
    files: { copyOut: async () => undefined },
    users: { ...NO_USERS, ...test.users },
  });
  return { ...volumes, records };
}
