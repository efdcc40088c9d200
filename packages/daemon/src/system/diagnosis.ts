import {
  type CapsuleError,
  type CgroupTree,
  isCapsuleError,
  type KernelFeatures,
  type Projection,
  type RuntimeInventory,
} from '@capsule/core';
import {
  ContainerdInventory,
  FileProjection,
  KernelCgroupTree,
  RunningKernel,
} from '@capsule/drivers';
import { namesIn } from '@capsule/host';
import type { CapsuleObserver } from '../capsule/observe.ts';
import { capsuleParts } from '../diagnosis/capsule-parts.ts';
import { cgroupParts } from '../diagnosis/cgroup-parts.ts';
import { Diagnosis } from '../diagnosis/diagnosis.ts';
import { kernelParts } from '../diagnosis/kernel-parts.ts';
import { leftoverParts } from '../diagnosis/leftover-parts.ts';
import { networkParts } from '../diagnosis/network-parts.ts';
import type { Base } from './base.ts';
import type { Ports } from './ports.ts';
import type { Resources } from './resources.ts';
import type { Runtimes } from './runtimes.ts';
import type { Setup } from './setup.ts';

/** Ports that only a diagnosis needs. */
export interface Inspection {
  readonly inventory: RuntimeInventory;
  readonly kernel: KernelFeatures;
  readonly cgroupTree: CgroupTree;
  readonly projection: Pick<Projection, 'list'>;
}

export function openInspection(
  { paths }: Setup,
  { containerd }: Pick<Runtimes, 'containerd'>,
): Inspection {
  return {
    inventory: new ContainerdInventory(containerd),
    kernel: new RunningKernel(),
    cgroupTree: new KernelCgroupTree(),
    projection: new FileProjection({ root: paths.projection }),
  };
}

export interface DiagnosisParts {
  readonly version: string;
  readonly startedAt: number;
  readonly ports: Pick<Ports, 'network' | 'runtimeId' | 'cgroups'>;
  readonly inspection: Inspection;
  readonly observer: CapsuleObserver;
  /** Or the error that makes the store unusable. */
  readonly stored:
    | { readonly base: Pick<Base, 'db'>; readonly resources: Pick<Resources, 'records'> }
    | CapsuleError;
}

/** Creates the diagnosis of the whole capsule; with an unusable store too. */
export function createDiagnosis(
  { config, paths }: Setup,
  { version, startedAt, ports, inspection, observer, stored }: DiagnosisParts,
): Diagnosis {
  const usable = () => orThrow(stored);
  const records = () => usable().resources.records;
  const { network, namespaces, ranges } = ports.network;
  const { runtimeId, cgroups } = ports;
  return new Diagnosis(() => [
    ...capsuleParts({
      version,
      startedAt,
      now: Date.now,
      permPath: config.permPath,
      look: (signal) => observer.look(signal),
      checkStore: () => usable().base.db.findDamage(),
    }),
    ...cgroupParts(inspection.cgroupTree),
    ...kernelParts(inspection.kernel),
    ...networkParts({ records, network, ranges }),
    ...leftoverParts({
      records,
      inventory: inspection.inventory,
      runtimeId,
      network,
      namespaces,
      cgroups,
      projection: inspection.projection,
      microVms: () => namesIn(paths.vms),
      logFolders: () => namesIn(paths.workloadLogs),
    }),
  ]);
}

function orThrow<T>(stored: T | CapsuleError): T {
  if (isCapsuleError(stored)) throw stored;
  return stored;
}
