import { createHash } from 'node:crypto';
import { join } from 'node:path';

export interface VmRoots {
  /** What survives: `/perm/microvm`. */
  readonly state: string;
  /** What goes with the machine: `/run/capsule-microvm`. */
  readonly run: string;
}

/** The files of one microVM. */
export interface VmPaths {
  readonly folder: string;
  /** What it was made with. */
  readonly made: string;
  /** The writable disk. */
  readonly disk: string;
  readonly runFolder: string;
  /** What runs, or ran last. */
  readonly run: string;
  readonly bootDisk: string;
  /** Below it its disks are mounted, while it does not run and its files are worked on. */
  readonly view: string;
  /** The one folder that belongs to the user of the machine's processes. */
  readonly sockets: string;
  /** Where the guest's vsock ports appear: `CONNECT 52` here, `vsock_53` for those it opens itself. */
  readonly vsock: string;
  readonly vhost: string;
  readonly control: string;
}

/** Sockets have short paths (unix(7): 108 bytes), so the folder below `/run` is named by a digest. */
export function vmPaths(roots: VmRoots, id: string): VmPaths {
  const folder = join(roots.state, id);
  const runFolder = join(roots.run, runName(id));
  const sockets = join(runFolder, 's');
  return {
    folder,
    made: join(folder, 'vm.json'),
    disk: join(folder, 'root.img'),
    runFolder,
    run: join(runFolder, 'run.json'),
    bootDisk: join(runFolder, 'boot.img'),
    view: join(runFolder, 'view'),
    sockets,
    vsock: join(sockets, 'vsock'),
    vhost: join(sockets, 'vhost'),
    control: join(sockets, 'control'),
  };
}

function runName(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 16);
}
