import { createLog, type Database, Feed, Tracer } from '@capsule/engine';
import type { Base } from '../system/base.ts';
import type { Ports } from '../system/ports.ts';
import { createResources, type ResourceSettings } from '../system/resources.ts';

export interface TestSettings
  extends Partial<Pick<Base, 'now' | 'monotonicMs'>>,
    Partial<Omit<ResourceSettings, 'limits'>> {}

/** Creates the resources of a capsuled on this store, without starting them. */
export function createTestResources(db: Database, ports: Ports, settings: TestSettings = {}) {
  const { now = Date.now, monotonicMs = () => performance.now(), ...rest } = settings;
  const feed = new Feed(db);
  const log = createLog(() => undefined);
  const base = { db, feed, log, tracer: new Tracer(), now, monotonicMs };
  const resources = createResources(base, ports, {
    network: { bridge: 'br0', cidr: '172.20.254.0/24' },
    spacePool: '10.88.0.0/16',
    concurrency: 4,
    limits: new Set(['memoryBytes', 'cpuMillis', 'cpuShares', 'pids']),
    ownFolders: [],
    leastMib: 96,
    ...rest,
  });
  return { base, resources };
}
