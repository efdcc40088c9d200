import { arch } from 'node:process';
import type { ImageSource } from '../image/image-source.ts';
import { architectureOf } from '../oci/architecture.ts';
import { ImageDisks } from './disk/image-disks.ts';
import { GuestImage } from './guest/guest-image.ts';
import { VmRecords } from './record/vm-records.ts';
import { MicroVmRuntime } from './runtime/micro-vm-runtime.ts';
import type { DeviceLimits } from './vmm/device-limits.ts';
import { FirecrackerVmm } from './vmm/firecracker/firecracker-vmm.ts';
import { QemuVmm } from './vmm/qemu/qemu-vmm.ts';
import { SnapshotCache } from './warm/snapshot-cache.ts';
import { WarmStarts } from './warm/warm-starts.ts';

export interface MicroVmOptions {
  /** Records and writable disks, which survive a reboot: `/perm/microvm`. */
  readonly stateFolder: string;
  /** Disks made from images: `/perm/microvm-images`. */
  readonly imageFolder: string;
  /** Unpacked kernels: `/perm/microvm-kernels`. */
  readonly kernelFolder: string;
  /** Snapshots of machines, a cache: `/perm/microvm-snapshots`. */
  readonly snapshotFolder: string;
  /** Contains `firecracker` and `jailer`, if there are any. */
  readonly firecrackerFolder: string;
  /** The limits of every disk and every link of every microVM. Default: none. */
  readonly limits?: DeviceLimits;
  /** Files that do not survive a reboot: `/run/capsule-microvm`. */
  readonly runFolder: string;
  /** A machine whose agent does not answer for this long, in milliseconds, is ended. */
  readonly silentMs: number;
  /** Receives failures of background work, which is retried. */
  readonly onProblem: (container: string, error: unknown) => void;
  /** Default `/usr/lib/capsule/guest`. */
  readonly guestFolder?: string;
  /** Default `/usr/bin/capsule-files`. */
  readonly filesBinary?: string;
  /** Default `/usr/bin/capsule-log`. */
  readonly logBinary?: string;
  /** Default `/sys/fs/cgroup`. */
  readonly cgroupRoot?: string;
}

/** All snapshots together. One of a guest of 256 MiB takes about 60 MiB. */
const SNAPSHOTS_MOST_BYTES = 1024 ** 3;

/** Opens the runtime of microVMs from the capsule's images, with the monitors that can run here. */
export function openMicroVms(images: ImageSource, options: MicroVmOptions): MicroVmRuntime {
  const { silentMs, onProblem, limits = {} } = options;
  return new MicroVmRuntime({
    images,
    architecture: architectureOf(arch),
    imageDisks: new ImageDisks(images, options.imageFolder),
    records: new VmRecords({ state: options.stateFolder, run: options.runFolder }),
    ends: new Map(),
    vmms: [
      new FirecrackerVmm({
        architecture: arch,
        folder: options.firecrackerFolder,
        kernelFolder: options.kernelFolder,
        limits,
      }),
      new QemuVmm({ architecture: arch, limits }),
    ],
    guestImage: new GuestImage(options.guestFolder ?? '/usr/lib/capsule/guest'),
    warmStarts: new WarmStarts({
      cache: new SnapshotCache(options.snapshotFolder, SNAPSHOTS_MOST_BYTES),
      templateFolder: `${options.runFolder}-template`,
      onProblem: (error) => onProblem('template', error),
    }),
    cgroupRoot: options.cgroupRoot ?? '/sys/fs/cgroup',
    filesBinary: options.filesBinary ?? '/usr/bin/capsule-files',
    logBinary: options.logBinary ?? '/usr/bin/capsule-log',
    silentMs,
    onProblem,
  });
}
