import { until } from '../lab/until.ts';
import type { VmSetting } from './vm-setting.ts';

const OF_WORKLOADS = /^(?:qemu|firecracker|jailer|vhost-device|capsule-log|containerd-shim)/;
/** The first pinned namespace mounts the folder, and the mount stays. */
const PINS = '/run/netns';
const FOLDERS = ['/run/capsule-microvm', '/run/capsule-net', '/run/netns', '/perm/microvm'];
const TEMPLATE = '/run/capsule-microvm-template';
const TEMPLATE_MS = 60_000;
/** In the folders of `kukeon`, the fourth level is the cell; the levels above remain. */
const CELL = /\/kukeon\/[^/]+\/[^/]+\/[^/]+\/[^/]+/;

/**
 * All Linux objects of a capsule's workloads, one line each. The list must be equal before and after a
 * workload existed.
 */
export async function traces(setting: VmSetting): Promise<readonly string[]> {
  await untilNoTemplate(setting);
  const lines = async (...argv: readonly string[]) => {
    // A folder may be missing, or a process may end meanwhile.
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

/** A snapshot for later starts is made in the background, from a machine that belongs to no workload. */
export async function untilNoTemplate({ exec, slowness }: VmSetting): Promise<void> {
  await until('the end of the template', TEMPLATE_MS * slowness, async () => {
    const { exitCode } = await exec(['test', '-e', TEMPLATE], { allow: [0, 1] });
    return exitCode === 1;
  });
}
