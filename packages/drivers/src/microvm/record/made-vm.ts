import type { ContainerSpec } from '@capsule/core';
import type { OciSpec } from '../../oci/types.ts';

/** What a microVM is made with; written when everything that it names is there. */
export interface MadeVm {
  readonly id: string;
  readonly spec: ContainerSpec;
  readonly imageDigest: string;
  /** The image's own; empty where it names none. */
  readonly stopSignal: string;
  /** Absent: it is made of a kernel and a disk. */
  readonly oci?: OciSpec;
  readonly imageDisk?: string;
}
