import type { ContainerSpec } from '@capsule/core';

/** The facts that watching, stopping and removing a microVM takes. */
export interface WatchedVm {
  readonly id: string;
  /** The image's own; empty where it has none. */
  readonly stopSignal: string;
  readonly spec: Pick<ContainerSpec, 'ref' | 'role' | 'logPath'>;
}

/** Picks these facts. Pure. */
export function watchedVm({ id, stopSignal, spec: { ref, role, logPath } }: WatchedVm): WatchedVm {
  return { id, stopSignal, spec: { ref, role, logPath } };
}
