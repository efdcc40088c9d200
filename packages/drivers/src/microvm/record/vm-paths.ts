import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { RUN_FILE } from '../errors.ts';

export interface VmRoots {
  /** Files that survive a reboot: `/perm/microvm`. */
  readonly state: string;
  /** Files that do not survive a reboot: `/run/capsule-microvm`. */
  readonly run: string;
}

/** The files of one microVM. */
export interface VmPaths {
  readonly folder: string;
  /** The record from which it is started. */
  readonly made: string;
  /** The writable disk. */
  readonly disk: string;
  readonly runFolder: string;
  /** The record of the present or the last run. */
  readonly run: string;
  readonly bootDisk: string;
  /** The folder in which its disks are mounted while it is stopped and its files are accessed. */
  readonly view: string;
  /** The one folder that belongs to the user of the machine's processes. */
  readonly sockets: string;
  /**
   * The socket of the guest's vsock ports: `CONNECT 52` leads to a port of the guest, `vsock_53` receives
   * connections that the guest opens.
   */
  readonly vsock: string;
  readonly vhost: string;
  readonly control: string;
}

/** Paths of sockets are short (unix(7): 108 bytes), so a digest names the folder below `/run`. */
export function vmPaths(roots: VmRoots, id: string): VmPaths {
  const folder = join(roots.state, id);
  const runFolder = join(roots.run, runName(id));
  const { folder: sockets, ...socketPaths } = vmSockets(runFolder);
  return {
    folder,
    made: join(folder, 'vm.json'),
    disk: join(folder, 'root.img'),
    runFolder,
    run: join(runFolder, RUN_FILE),
    bootDisk: join(runFolder, 'boot.img'),
    view: join(runFolder, 'view'),
    sockets,
    ...socketPaths,
  };
}

/** Returns the sockets of a machine, and the folder that they are in. */
export function vmSockets(runFolder: string) {
  const folder = join(runFolder, 's');
  return {
    folder,
    vsock: join(folder, 'vsock'),
    vhost: join(folder, 'vhost'),
    control: join(folder, 'control'),
  };
}

function runName(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 16);
}
