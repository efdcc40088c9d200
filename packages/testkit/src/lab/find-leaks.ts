import { open, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '@capsule/host';
import { hostNames, hostPaths } from '@capsule/launcher';

/** The names and numbers by which leftovers of a capsule on the host are found. */
export interface Traces extends AsyncDisposable {
  readonly name: string;
  readonly stateDir: string;
  /** Namespaces of its PID 1, as `/proc/PID/ns` shows them: `net:[4026532…]`. */
  readonly namespaces: ReadonlySet<string>;
}

/** Not the mount namespace: to hold it would hold everything that is mounted in it. */
const NAMESPACES = ['ipc', 'net', 'pid', 'uts'] as const;

/**
 * Taken while the capsule runs; compared with what is there when it has ended. Holds the
 * namespaces until disposed: the kernel gives the number of one that is gone to the next one, and
 * another capsule would be mistaken for a leftover of this one.
 */
export async function tracesOf(name: string, stateDir: string, pid: number): Promise<Traces> {
  const paths = NAMESPACES.map((kind) => `/proc/${pid}/ns/${kind}`);
  const held = await Promise.all(paths.map((path) => open(path)));
  const links = await Promise.all(paths.map((path) => readlink(path)));
  return {
    name,
    stateDir,
    namespaces: new Set(links),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(held.map((handle) => handle.close()));
    },
  };
}

/**
 * Everything of a capsule that is still on the host, a line each: processes, mounts, namespaces,
 * links, cgroups in every hierarchy, loop devices, firewall tables, files. Other capsules that run
 * at the same time are not looked at. Empty when it left nothing.
 */
export async function findLeaks(traces: Traces): Promise<readonly string[]> {
  const names = hostNames(traces.name);
  const found = await Promise.all([
    processes(traces, names.cgroup),
    linesOf('/proc/self/mountinfo', [
      `/${names.netns} `,
      traces.stateDir,
      hostPaths(traces.name).runDir,
    ]),
    entries('/run/netns', names.netns),
    entries('/sys/class/net', names.link),
    cgroups(names.cgroup),
    tool('losetup', ['--list', '--noheadings', '--output', 'NAME,BACK-FILE'], traces.stateDir),
    tool('nft', ['list', 'tables'], `ip ${names.table}`),
    entries('/run/capsule', traces.name),
    entries('/run/capsule/.launcher', `${traces.name}.json`),
  ]);
  return found.flat();
}

async function processes(traces: Traces, cgroup: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const links = NAMESPACES.map((kind) => readlink(`/proc/${pid}/ns/${kind}`).catch(() => ''));
      const inside = (await Promise.all(links)).some((link) => traces.namespaces.has(link));
      const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
      const own = groups.split('\n').some((line) => `${line}/`.includes(`/${cgroup}/`));
      if (!inside && !own) return undefined;
      const command = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
      return `process ${pid} ${command.trim()}`;
    }),
  );
  return found.filter((line) => line !== undefined);
}

async function cgroups(name: string): Promise<string[]> {
  const root = '/sys/fs/cgroup';
  const hierarchies = (await readdir(root, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, entry.name));
  return (await Promise.all([root, ...hierarchies].map((path) => entries(path, name)))).flat();
}

async function entries(directory: string, name: string): Promise<string[]> {
  const names = await readdir(directory).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return [];
    throw cause;
  });
  return names.filter((entry) => entry === name).map((entry) => join(directory, entry));
}

async function linesOf(path: string, marks: readonly string[]): Promise<string[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  return lines.filter((line) => marks.some((mark) => line.includes(mark))).map((l) => `mount ${l}`);
}

async function tool(program: string, args: readonly string[], mark: string): Promise<string[]> {
  const { stdout } = await run(program, args);
  return stdout
    .split('\n')
    .filter((line) => `${line} `.includes(`${mark} `) || line.includes(`${mark}/`))
    .map((line) => `${program}: ${line.trim()}`);
}
