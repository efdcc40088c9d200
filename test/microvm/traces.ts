import type { VmSetting } from './vm-setting.ts';

const OF_WORKLOADS = /^(?:qemu|firecracker|jailer|vhost-device|capsule-log|containerd-shim)/;
/** The folder of pinned namespaces is mounted for the first of them, and stays. */
const PINS = '/run/netns';
const FOLDERS = ['/run/capsule-microvm', '/run/capsule-net', '/run/netns', '/perm/microvm'];
/** Of the folders of `kukeon`, the fourth is a cell's; those above it stay. */
const CELL = /\/kukeon\/[^/]+\/[^/]+\/[^/]+\/[^/]+/;

/** Everything that Linux shows of a capsule's workloads, a line each: equal before and after one came and went. */
export async function traces(setting: VmSetting): Promise<readonly string[]> {
  const lines = async (...argv: readonly string[]) => {
    // A folder may be missing, a process may end meanwhile.
    const { stdout } = await setting.exec(argv, { allow: [0, 1, 2] });
    return stdout.split('\n').map((line) => line.trim());
  };
  const [processes, links, cgroups, mounts, inodes, loops, ...folders] = await Promise.all([
    lines('sh', '-c', 'cat /proc/[0-9]*/comm'),
    lines('ip', '-brief', 'link', 'show'),
    lines('ls', '-R', '/sys/fs/cgroup'),
    lines('cat', '/proc/self/mounts'),
    lines('sh', '-c', 'stat -c %i /perm/volumes/*'),
    lines('losetup', '--list', '--noheadings', '--output', 'BACK-INO'),
    ...FOLDERS.map((folder) => lines('ls', '-A', folder)),
  ]);
  const found = [
    ...processes.filter((name) => OF_WORKLOADS.test(name)).map((name) => `process ${name}`),
    ...links.map((line) => `link ${line.split(/[\s@]/)[0]}`),
    ...cgroups
      .filter((line) => line.endsWith(':') && CELL.test(line))
      .map((line) => `cgroup ${line}`),
    ...mounts.flatMap((line) => {
      const [, at, type] = line.split(' ');
      return at === undefined || at === PINS ? [] : [`mount ${at} ${type}`];
    }),
    ...loops.filter((inode) => inode !== '' && inodes.includes(inode)).map((one) => `loop ${one}`),
    ...folders.flatMap((names, index) =>
      names.filter(Boolean).map((name) => `file ${FOLDERS[index]}/${name}`),
    ),
  ];
  return found.toSorted();
}
