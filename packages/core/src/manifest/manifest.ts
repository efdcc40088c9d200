import type { RegistrySpec } from '../resource/registry.ts';
import type { VolumeSpec } from '../resource/volume.ts';
import type { WorkloadSpec } from '../resource/workload.ts';
import type { Position } from './problem.ts';

/** One document of a manifest file, checked. Kinds to come are further members of this union. */
export interface WorkloadManifest {
  readonly kind: 'workload';
  readonly spec: WorkloadSpec;
  /** Where each field of the document stands, by path; `` is the document itself. */
  readonly positions: ReadonlyMap<string, Position>;
}

export interface RegistryManifest {
  readonly kind: 'registry';
  readonly spec: RegistrySpec;
  readonly positions: ReadonlyMap<string, Position>;
}

export interface VolumeManifest {
  readonly kind: 'volume';
  readonly spec: VolumeSpec;
  readonly positions: ReadonlyMap<string, Position>;
}

export type Manifest = WorkloadManifest | RegistryManifest | VolumeManifest;

/** A file, or something that can be shown as one (`<stdin>`). */
export interface ManifestSource {
  readonly fileName: string;
  readonly content: string | Uint8Array;
}
