import { basename, join } from 'node:path';
import type { Machine, SnapshotFiles } from '../vmm.ts';
import type { LentDisk } from './lend-disks.ts';
import { JAIL_PATHS, jailSocket } from './machine-config.ts';

/** How the machine of a jail begins: it boots, or waits for the call that resumes it. */
export type JailBoot =
  | {
      readonly config: string;
      /** The kernel as an ELF file. */
      readonly kernel: string;
      /** Absent: the machine is no template. */
      readonly template?: { readonly folder: string };
    }
  | { readonly snapshot: SnapshotFiles };

export interface JailParts {
  readonly machine: Machine;
  readonly disks: readonly LentDisk[];
  /** The process that has the disks open, from descriptor 3 on. */
  readonly holder: number;
  readonly boot: JailBoot;
  readonly jailer: string;
  /** The program itself, not a link to it: the jailer names the jail after it. */
  readonly program: string;
  /** An empty folder on which the jail is mounted. */
  readonly place: string;
  /** The file for the number of the machine's process. */
  readonly pidFile: string;
}

/** Firecracker's lines in the console's log begin with it. */
export const INSTANCE = 'firecracker';

/**
 * Makes the jail, starts the jailer in it, and writes down the number of the machine's process. The script
 * runs in a mount namespace of its own and ends at once. All mounts, the copy of the program and the device
 * nodes belong to the namespace, so they end with the machine's process. A disk is bound, or gets a device
 * node of its own, because `/run` may forbid devices and a hard link does not cross file systems. A file is
 * bound by its name, because the kernel cannot bind a descriptor of another namespace; the script then checks
 * that it is the locked file. A template gets a TAP in a network namespace of its own. A snapshot belongs to root
 * alone, and the mount makes it the machine's user's.
 */
const SCRIPT = `set -eu
place=$1 root=$2 pid=$3 pidFile=$4
shift 4
mount -t tmpfs -o mode=0711,nosuid,size=64m jail "$place"
mkdir -p "$root"
while [ "$1" != -- ]; do
  case $1 in
    folder) mkdir "$root$2"; mount --bind "$3" "$root$2"; shift 3 ;;
    link) ip tuntap add dev "$2" mode tap user "$3" vnet_hdr; shift 3 ;;
    lent) : >"$root$2"; mount -o "bind,ro,X-mount.idmap=b:0:$4:1" "$3" "$root$2"; shift 4 ;;
    reads) : >"$root$2"; mount -o bind,ro "$3" "$root$2"; shift 3 ;;
    disk)
      : >"$root$2"; mount -o "$3" "$4" "$root$2"
      [ "$root$2" -ef "$5" ] || { echo "$4 is another file than was opened" >&2; exit 1; }
      shift 5 ;;
    node) mknod -m "$3" "$root$2" b "$4" "$5"; chown "$6:$6" "$root$2"; shift 6 ;;
  esac
done
shift
"$@"
cat "$root/$pid" >"$pidFile.new"
mv "$pidFile.new" "$pidFile"
`;

/**
 * Returns the command that jails a machine; run it as root. Its output and errors become those of the
 * machine. Pure.
 */
export function describeJail(parts: JailParts): readonly string[] {
  const { machine, disks, place, program, pidFile, boot } = parts;
  const { uid } = machine.tap;
  const name = basename(program);
  const root = join(place, name, INSTANCE, 'root');
  return [
    ...['unshare', '--mount', '--propagation', 'slave', ...(isTemplate(boot) ? ['--net'] : [])],
    ...['/bin/sh', '-c', SCRIPT, 'jail'],
    ...[place, root, `${name}.pid`, pidFile],
    ...['folder', JAIL_PATHS.sockets, join(machine.sockets.control, '..')],
    ...describeBoot(boot, machine),
    ...disks.flatMap((disk, index) => describeDisk(disk, { index, uid, holder: parts.holder })),
    ...['--', parts.jailer, '--id', INSTANCE, '--exec-file', program],
    ...['--uid', String(uid), '--gid', String(uid)],
    ...['--chroot-base-dir', place, '--new-pid-ns'],
    ...['--', '--api-sock', jailSocket(machine.sockets.control)],
    ...('snapshot' in boot ? [] : ['--config-file', JAIL_PATHS.config]),
    '--show-level',
  ];
}

function isTemplate(boot: JailBoot): boolean {
  return 'template' in boot;
}

function describeBoot(boot: JailBoot, { initramfs, tap }: Machine): readonly string[] {
  if ('snapshot' in boot) {
    const { state, memory } = boot.snapshot;
    const uid = String(tap.uid);
    return ['lent', JAIL_PATHS.state, state, uid, 'lent', JAIL_PATHS.memory, memory, uid];
  }
  return [
    ...['reads', JAIL_PATHS.config, boot.config],
    ...['reads', JAIL_PATHS.kernel, boot.kernel],
    ...(initramfs === undefined ? [] : ['reads', JAIL_PATHS.initramfs, initramfs]),
    ...(boot.template === undefined
      ? []
      : ['link', tap.device, String(tap.uid), 'folder', JAIL_PATHS.taken, boot.template.folder]),
  ];
}

interface DiskPlace {
  readonly index: number;
  readonly uid: number;
  readonly holder: number;
}

function describeDisk(disk: LentDisk, { index, uid, holder }: DiskPlace): readonly string[] {
  const at = JAIL_PATHS.disk(index);
  if (disk.device === undefined) {
    const held = `/proc/${holder}/fd/${3 + index}`;
    return ['disk', at, disk.readOnly ? 'bind,ro' : 'bind', disk.path, held];
  }
  const { major, minor } = disk.device;
  const mode = disk.readOnly ? '0400' : '0600';
  return ['node', at, mode, String(major), String(minor), String(uid)];
}
