import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { run } from '@capsule/host';
import type { Lab } from '@capsule/testkit';
import { pathOf } from './capsulectl.ts';
import { cellCgroups } from './cgroup.ts';
import { runningProcesses } from './running.ts';

/** All objects of workloads in a capsule, by type. */
export type Footprint = Readonly<Record<string, readonly string[]>>;

const NAMESPACE = 'kukeon-main';

/** The first pinned namespace mounts the folder, and the mount stays. */
const PINS = '/run/netns tmpfs';

/** The columns that name the workload of a row, for each table of the store. */
const OWNER_COLUMNS = {
  cell: 'name',
  container: 'name',
  container_status: 'container',
  pause: 'container',
  address: 'owner',
  volume: 'name',
  snapshot: 'volume',
};

/**
 * Lists the objects of all workloads in Linux and containerd. The list must be equal before and after
 * workloads were created and deleted.
 */
export async function footprint(lab: Lab): Promise<Footprint> {
  const looks = {
    containers: ctr(lab, 'containers', 'ls', '-q'),
    tasks: ctr(lab, 'tasks', 'ls', '-q'),
    snapshots: ctr(lab, 'snapshots', 'ls').then((lines) => lines.slice(1)),
    leases: ctr(lab, 'leases', 'ls', '-q'),
    ingests: ctr(lab, 'content', 'active').then((lines) => lines.slice(1)),
    namespaces: names(lab, '/run/netns'),
    links: bridgePorts(lab),
    'network files': names(lab, '/run/capsule-net'),
    'port maps': portMaps(lab),
    cgroups: cellCgroups(lab),
    processes: runningProcesses(lab),
    mounts: mounts(lab),
    'loop devices': loops(lab),
    'volume files': names(lab, '/perm/volumes'),
    microVMs: names(lab, '/perm/microvm'),
    machines: names(lab, '/run/capsule-microvm'),
    'log folders': names(lab, '/perm/log/workload'),
    rows: rows(lab),
  };
  const entries = Object.entries(looks).map(async ([what, look]) => [
    what,
    (await look).toSorted(),
  ]);
  return Object.fromEntries(await Promise.all(entries)) as Footprint;
}

/** The lines that `ctr` prints, with single spaces. */
async function ctr(lab: Lab, ...args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await lab.exec(['ctr', '-n', NAMESPACE, ...args]);
  return stdout
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter((line) => line !== '');
}

/** The entries of a folder of the capsule; empty if it does not exist. */
export async function names(lab: Lab, folder: string): Promise<readonly string[]> {
  return readdir(pathOf(lab, folder)).catch((failure: NodeJS.ErrnoException) => {
    if (failure.code === 'ENOENT') return [];
    throw failure;
  });
}

/** The network links on the bridge, and all others except those of the capsule itself. */
async function bridgePorts(lab: Lab): Promise<readonly string[]> {
  const { stdout } = await lab.exec(['ip', '-json', 'link', 'show']);
  const links = JSON.parse(stdout) as readonly { ifname: string }[];
  return links.map(({ ifname }) => ifname);
}

/** The files of the capsule that loop devices use, by inode, because other capsules have the same paths. */
async function loops(lab: Lab): Promise<readonly string[]> {
  const { stdout } = await run('losetup', ['--list', '--noheadings', '--output', 'BACK-INO']);
  const looped = new Set(stdout.split('\n').map((inode) => inode.trim()));
  const folder = '/perm/volumes';
  const files = await Promise.all(
    (await names(lab, folder)).map(async (name) => {
      const { ino } = await stat(join(pathOf(lab, folder), name));
      return { name, ino: String(ino) };
    }),
  );
  return files.filter(({ ino }) => looped.has(ino)).map(({ name }) => name);
}

/** The elements of all maps and sets in the capsule's nftables table. */
export async function portMaps(lab: Lab): Promise<readonly string[]> {
  const { stdout } = await lab.exec(['nft', '-j', 'list', 'table', 'inet', 'capsule']);
  const { nftables } = JSON.parse(stdout) as {
    nftables: readonly { map?: { name: string; elem?: readonly unknown[] } }[];
  };
  // The responder of each space has a map of its own.
  const maps = nftables.filter(({ map }) => map?.name !== 'responders');
  return maps.flatMap(({ map }) =>
    (map?.elem ?? []).map((elem) => `${map?.name} ${JSON.stringify(elem)}`),
  );
}

async function mounts(lab: Lab): Promise<readonly string[]> {
  const text = await readFile(`/proc/${lab.pid}/mounts`, 'utf8');
  return text
    .split('\n')
    .map((line) => line.split(' ').slice(1, 3).join(' '))
    .filter((line) => line !== PINS);
}

/** The rows about workloads in the capsule's store. */
async function rows(lab: Lab): Promise<readonly string[]> {
  using store = new DatabaseSync(join(lab.stateDir, 'perm/state.db'), { readOnly: true });
  return Object.entries(OWNER_COLUMNS).flatMap(([table, column]) =>
    store
      .prepare(`SELECT DISTINCT ${column} AS owner FROM ${table}`)
      .all()
      .map(({ owner }) => `${table} ${owner}`),
  );
}

/** One line for each object. */
export function describeFootprint(all: Footprint): readonly string[] {
  return Object.entries(all).flatMap(([what, items]) => items.map((item) => `${what}: ${item}`));
}

/** The lines that were added (`+`) and removed (`-`) between two lists; empty if they are equal. */
export function difference(before: Footprint, after: Footprint): readonly string[] {
  return Object.keys(before).flatMap((what) => [
    ...without(after[what], before[what]).map((item) => `+ ${what}: ${item}`),
    ...without(before[what], after[what]).map((item) => `- ${what}: ${item}`),
  ]);
}

function without(items: readonly string[] = [], others: readonly string[] = []): string[] {
  const left = [...others];
  return items.filter((item) => {
    const at = left.indexOf(item);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
