import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The directories of this cgroup, one for each hierarchy that has it. */
export function cgroupDirectories(name: string): string[] {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return mounts
    .filter((line) => / - cgroup2? /.test(line))
    .map((line) => join(line.split(' ')[4] ?? '', name))
    .filter((directory) => list(directory) !== undefined);
}

/** Every process in the cgroup or below, in any hierarchy. */
export function cgroupProcesses(name: string): number[] {
  return [...new Set(cgroupDirectories(name).flatMap(processesBelow))];
}

function processesBelow(directory: string): number[] {
  const own =
    list(directory) === undefined ? '' : readFileSync(join(directory, 'cgroup.procs'), 'utf8');
  const below = (list(directory) ?? []).flatMap((child) => processesBelow(join(directory, child)));
  return [...own.split('\n').filter(Boolean).map(Number), ...below];
}

/** Names of the directories in a directory; undefined when it does not exist. */
function list(directory: string): string[] | undefined {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
