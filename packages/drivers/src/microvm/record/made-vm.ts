import type { ContainerSpec } from '@capsule/core';
import type { OciSpec } from '../../oci/types.ts';

/** The record from which a microVM is started; written when everything that it names exists. */
export interface MadeVm {
  readonly id: string;
  readonly spec: ContainerSpec;
  readonly imageDigest: string;
  /** The image's own; empty where it has none. */
  readonly stopSignal: string;
  /** Absent for a microVM that is made from a kernel and a disk. */
  readonly oci?: OciSpec;
  readonly imageDisk?: string;
}
