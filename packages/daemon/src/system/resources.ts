import { type ContainerRef, placeOfCell, type SpaceNetwork } from '@capsule/core';
import { rollBackRoot } from '../cell/roll-back.ts';
import { ImageCommands } from '../image/commands.ts';
import { claimAddresses } from '../network/claim-address.ts';
import { PauseCommands } from '../pause/commands.ts';
import { WorkloadObserver } from '../workload/observe.ts';
import { volumeUsers } from '../workload/volume-users.ts';
import type { Base } from './base.ts';
import { createCells } from './cells.ts';
import { createNetwork } from './network.ts';
import type { Ports } from './ports.ts';
import { createRecords } from './records.ts';
import { createVolumes } from './volumes.ts';
import type { WorkloadSettings } from './workload-parts.ts';
import { createWorkloads } from './workloads.ts';

export interface ResourceSettings extends WorkloadSettings {
  /** Of the space main/default. */
  readonly network: SpaceNetwork;
  /** From which further spaces get their networks. */
  readonly spacePool: string;
}

export type Resources = ReturnType<typeof createResources>;

/** Creates all parts that reconcile the stored resources; `startResources` starts them. */
export function createResources(base: Base, ports: Ports, settings: ResourceSettings) {
  const records = createRecords(base, settings.network);
  const { db, feed, log, now, monotonicMs } = base;
  const { cells, statuses, addresses, recorder } = records;
  const pauses = new PauseCommands({
    pauses: records.pauses,
    runtime: ports.runtime,
    log,
    onChange: (ref) => workloads.controller.wake(ref.cell),
  });
  const observer = new WorkloadObserver({
    db,
    cells,
    statuses,
    recorder,
    feed,
    now,
    monotonicMs,
    pauses,
    log,
  });
  const statusOf = (ref: ContainerRef) => observer.statusOf(ref);
  const network = createNetwork(base, records, { ...ports.network, statusOf });
  const { files } = ports;
  const users = volumeUsers({
    cells,
    statusOf,
    stop: (cell) => cellArea.commands.stop(cell),
    wake: (cell) => workloads.controller.wake(cell),
  });
  const volumes = createVolumes(base, { records, ports: ports.volumes, pauses, files, users });
  const images = (realm: string) =>
    new ImageCommands({
      images: ports.imageStores.of(realm),
      containers: () =>
        cells.list().flatMap(({ id, containers }) => (id.realm === realm ? containers : [])),
      statusOf,
      now,
    });
  const workloads = createWorkloads(base, {
    ensureScopes: (cell, signal) => cellArea.scopeController.ensure(placeOfCell(cell), signal),
    remakeScopes: (cell) => cellArea.scopeController.remake(placeOfCell(cell)),
    rollBackRoot: (failed, good) =>
      rollBackRoot({ db, cells, applier: cellArea.applier }, failed, good),
    records,
    observer,
    pauses,
    ports,
    network,
    volumes,
    settings,
  });
  // Comes before names, port maps and reconciles, which read the addresses.
  claimAddresses({ db, cells, addresses, statusOf, log });
  const { admission, controller } = workloads;
  const cellArea = createCells(base, {
    records,
    observer,
    pauses,
    admission,
    controller,
    ports,
    spacePool: settings.spacePool,
  });
  return { records, observer, network, volumes, images, workloads, cells: cellArea };
}

/** Starts the resources, which run until `stack` is disposed. */
export function startResources(
  { network, workloads, volumes, cells }: Resources,
  stack: AsyncDisposableStack,
): void {
  stack.use(network.namePublisher).start();
  stack.use(cells.scopeController).start();
  stack.use(workloads.controller).start();
  void stack.use(volumes).start();
}
