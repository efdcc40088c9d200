import type { Folders } from '../folders.ts';

/** Drivers beside each other, and the ground that they share. */
export const DRIVERS: Folders = {
  // Ground that drivers share. `image` is the port by which microVMs reach what containerd holds.
  cgroup: { uses: [] },
  'files-program': { uses: [] },
  image: { uses: ['oci'] },
  oci: { uses: [] },
  // The drivers, which know nothing of one another.
  containerd: {
    uses: [
      'cgroup',
      'containerd/client',
      'containerd/exec',
      'containerd/files',
      'containerd/image',
      'containerd/runtime',
      'containerd/user',
      'oci',
    ],
  },
  'containerd/client': { uses: ['containerd/errors.ts', 'containerd/gen'] },
  'containerd/errors.ts': { uses: [] },
  'containerd/exec': {
    uses: [
      'cgroup',
      'containerd/client',
      'containerd/errors.ts',
      'containerd/gen',
      'containerd/runtime',
      'containerd/user',
      'oci',
    ],
    tests: ['containerd', 'containerd/image'],
  },
  'containerd/files': {
    uses: [
      'containerd/client',
      'containerd/errors.ts',
      'containerd/gen',
      'containerd/runtime',
      'files-program',
      'oci',
    ],
  },
  'containerd/gen': { uses: [] },
  'containerd/image': {
    uses: [
      'containerd/client',
      'containerd/errors.ts',
      'containerd/gen',
      'containerd/user',
      'image',
      'oci',
    ],
  },
  'containerd/runtime': {
    uses: [
      'cgroup',
      'containerd/client',
      'containerd/errors.ts',
      'containerd/gen',
      'containerd/image',
      'containerd/user',
      'image',
      'oci',
    ],
  },
  'containerd/user': {
    uses: ['containerd/client', 'containerd/errors.ts', 'containerd/gen', 'image', 'oci'],
  },
  'by-kind': { uses: [] },
  'log-files': { uses: [] },
  microvm: {
    uses: [
      'image',
      'microvm/disk',
      'microvm/guest',
      'microvm/record',
      'microvm/runtime',
      'microvm/vmm',
      'oci',
    ],
  },
  'microvm/disk': { uses: ['image', 'microvm/errors.ts'] },
  'microvm/errors.ts': { uses: [] },
  'microvm/files': { uses: ['files-program', 'microvm/gen', 'microvm/guest', 'microvm/vmm'] },
  'microvm/gen': { uses: [] },
  'microvm/guest': { uses: ['microvm/errors.ts', 'microvm/gen', 'microvm/record', 'oci'] },
  'microvm/process': { uses: ['cgroup', 'microvm/errors.ts'] },
  'microvm/record': { uses: ['microvm/errors.ts', 'microvm/process', 'oci'] },
  'microvm/runtime': {
    uses: [
      'cgroup',
      'image',
      'microvm/disk',
      'microvm/errors.ts',
      'microvm/files',
      'microvm/gen',
      'microvm/guest',
      'microvm/process',
      'microvm/record',
      'microvm/vmm',
      'oci',
    ],
  },
  'microvm/vmm': { uses: ['microvm/errors.ts', 'microvm/process'], tests: ['microvm/runtime'] },
  'port-listeners': { uses: [] },
  registry: { uses: [] },
  'service-probe': { uses: [] },
  'space-network': { uses: [] },
  volume: { uses: ['files-program'], tests: ['microvm/vmm'] },
};
