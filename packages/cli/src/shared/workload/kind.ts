import { describeImageReference, type WorkloadKind, type WorkloadSpec } from '@capsule/core';

/** Of each kind, its noun in a sentence. */
export const KIND_NOUNS: Readonly<Record<WorkloadKind, string>> = {
  container: 'container',
  microVm: 'microVM',
};

/** What a workload is made from: its image, or the root file system that somebody brought. */
export function describeSource({ image, microVm }: WorkloadSpec): string {
  return image === '' && microVm !== undefined ? microVm.rootfsPath : describeImageReference(image);
}
