import type { VmSetting } from './vm-setting.ts';

const FOLDERS = ['/perm/microvm', '/run/capsule-microvm', '/run/capsule-net', '/run/netns'];
const OF_VMS = /^(qemu-system|firecracker|jailer|vhost-|capsule-log)/;
const MONITOR = /^(qemu-system|firecracker)/;
/** The cgroups of the realm, space and stack remain; the cell is the fourth level. */
const CELLS = ['/sys/fs/cgroup', '/sys/fs/cgroup/*'].map((root) => `${root}/kukeon/*/*/*/*/`);

/** The first pinned namespace mounts the folder, and the mount stays. */
const PINS = '/run/netns';

/** The Linux objects of microVMs and their cells. The list must be equal whenever no microVM exists. */
export async function leftovers(setting: VmSetting): Promise<readonly string[]> {
  const [files, cells, links, mounts, processes] = await Promise.all([
    shell(setting, `ls -d ${FOLDERS.map((folder) => `${folder}/*`).join(' ')}`),
    shell(setting, `ls -d ${CELLS.join(' ')}`),
    shell(setting, 'ip -o link show'),
    shell(setting, 'cat /proc/mounts'),
    commands(setting),
  ]);
  return [
    ...files,
    ...cells,
    ...links.map((line) => `link ${line.split(':')[1]}`),
    ...mounts.map((line) => line.split(' ')[1]).filter((at) => at !== PINS),
    ...processes.filter((name) => OF_VMS.test(name)),
  ]
    .map(String)
    .toSorted();
}

/** The names of the running monitors. */
export async function monitors(setting: VmSetting): Promise<readonly string[]> {
  return (await commands(setting)).filter((name) => MONITOR.test(name));
}

function commands(setting: VmSetting): Promise<readonly string[]> {
  return shell(setting, 'cat /proc/[0-9]*/comm');
}

/** The lines that the program prints. A missing object has no line. */
async function shell(setting: VmSetting, script: string): Promise<readonly string[]> {
  const { stdout } = await setting.exec(['sh', '-c', `${script} 2>/dev/null; true`]);
  return stdout.split('\n').filter((line) => line !== '');
}
