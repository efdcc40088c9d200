import { describeImageReference, type WorkloadKind, type WorkloadSpec } from '@capsule/core';

/** Of each kind, its noun in a sentence. */
export const KIND_NOUNS: Readonly<Record<WorkloadKind, string>> = {
  container: 'container',
  microVm: 'microVM',
};

/** The source of a workload: its image, or its prebuilt root file system. */
export function describeSource({ image, microVm }: WorkloadSpec): string {
  return image === '' && microVm !== undefined ? microVm.rootfsPath : describeImageReference(image);
}
