import type { RegistrySpec } from '../resource/registry.ts';
import type { VolumeSpec } from '../resource/volume.ts';
import type { WorkloadSpec } from '../resource/workload.ts';
import type { Manifest } from './manifest.ts';

/** The workloads among manifests, in their order. */
export function workloadSpecs(manifests: readonly Manifest[]): readonly WorkloadSpec[] {
  return manifests.flatMap((manifest) => (manifest.kind === 'workload' ? [manifest.spec] : []));
}

export function registrySpecs(manifests: readonly Manifest[]): readonly RegistrySpec[] {
  return manifests.flatMap((manifest) => (manifest.kind === 'registry' ? [manifest.spec] : []));
}

export function volumeSpecs(manifests: readonly Manifest[]): readonly VolumeSpec[] {
  return manifests.flatMap((manifest) => (manifest.kind === 'volume' ? [manifest.spec] : []));
}
