import { type ContainerSpec, type HostBind, plainPath, type TmpfsMount } from '@capsule/core';
import type { OciMount } from './types.ts';

const KERNEL_MOUNTS: readonly OciMount[] = [
  {
    destination: '/proc',
    type: 'proc',
    source: 'proc',
    options: ['nosuid', 'noexec', 'nodev'],
  },
  {
    destination: '/dev',
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
  },
  {
    destination: '/dev/pts',
    type: 'devpts',
    source: 'devpts',
    options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
  },
  {
    destination: '/dev/shm',
    type: 'tmpfs',
    source: 'shm',
    options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k'],
  },
  {
    destination: '/dev/mqueue',
    type: 'mqueue',
    source: 'mqueue',
    options: ['nosuid', 'noexec', 'nodev'],
  },
  {
    destination: '/sys',
    type: 'sysfs',
    source: 'sysfs',
    options: ['nosuid', 'noexec', 'nodev', 'ro'],
  },
  {
    destination: '/sys/fs/cgroup',
    type: 'cgroup',
    source: 'cgroup',
    options: ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'],
  },
];

type MountSpec = Pick<
  ContainerSpec,
  'files' | 'tmpfs' | 'hostBindPaths' | 'volumes' | 'privileged' | 'hostIpc' | 'shared'
>;

/**
 * Returns the kernel's file systems, then the mounts of the spec (outer paths before inner ones), then the
 * cell's files, unless the spec mounts something else there. `/run` stays as in the image.
 */
export function describeMounts(spec: MountSpec): OciMount[] {
  const asked = [
    ...spec.tmpfs.map(describeTmpfs),
    ...[...spec.hostBindPaths, ...spec.volumes].map(describeBind),
  ];
  const taken = new Set(asked.map(({ destination }) => destination));
  return [
    ...KERNEL_MOUNTS.map((mount) => adapt(mount, spec)),
    ...asked.toSorted((a, b) => depth(a) - depth(b)),
    ...spec.files.filter(({ target }) => !taken.has(target)).map(describeFile),
  ];
}

function adapt(mount: OciMount, { privileged, hostIpc, shared }: MountSpec): OciMount {
  const { destination, options } = mount;
  const shm = hostIpc ? '/dev/shm' : shared?.shm;
  if (destination === '/dev/shm' && shm !== undefined) return describeSharedMemory(shm);
  if (!privileged) return mount;
  return { ...mount, options: options.filter((option) => option !== 'ro') };
}

/** Shared memory of the capsule, or of the container's cell. */
function describeSharedMemory(source: string): OciMount {
  const options = ['rbind', 'rprivate', 'nosuid', 'noexec', 'nodev'];
  return { destination: '/dev/shm', type: 'bind', source, options };
}

function depth({ destination }: OciMount): number {
  return destination.split('/').length;
}

function describeTmpfs({ mountPath, sizeBytes, mode, options = [] }: TmpfsMount): OciMount {
  return {
    destination: plainPath(mountPath),
    type: 'tmpfs',
    source: 'tmpfs',
    options: [
      'nosuid',
      'nodev',
      `mode=${(mode ?? 0o1777).toString(8)}`,
      ...(sizeBytes === undefined ? [] : [`size=${sizeBytes}`]),
      // Of two options that contradict each other, the later one counts.
      ...options,
    ],
  };
}

/**
 * Includes everything that is mounted below the source, and follows its unmounts: a container must not keep a
 * volume's filesystem alive. `rro` makes all of that read-only.
 */
function describeBind({ source, target, readOnly }: HostBind): OciMount {
  return {
    destination: plainPath(target),
    type: 'bind',
    source,
    options: ['rbind', 'rslave', ...(readOnly ? ['ro', 'rro'] : ['rw'])],
  };
}

function describeFile(file: { readonly source: string; readonly target: string }): OciMount {
  return {
    destination: file.target,
    type: 'bind',
    source: file.source,
    options: ['bind', 'ro', 'nosuid', 'nodev', 'noexec', 'rprivate'],
  };
}
