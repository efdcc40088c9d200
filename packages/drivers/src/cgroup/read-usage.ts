import { join } from 'node:path';
import type { ContainerUsage } from '@capsule/core';
import { fieldOf } from './field-of.ts';
import { isUnified } from './is-unified.ts';
import { readIfThere } from './read-if-there.ts';

type CgroupUsage = Pick<
  ContainerUsage,
  'cpuMicros' | 'memoryBytes' | 'pids' | 'blockReadBytes' | 'blockWrittenBytes'
>;

/**
 * Returns the usage of a cgroup and those below it, from the unified hierarchy (v2) or from one for each
 * controller (v1).
 */
export async function readUsage(cgroupRoot: string, path: string): Promise<CgroupUsage> {
  return (await isUnified(cgroupRoot))
    ? readUnified(join(cgroupRoot, path))
    : readSplit(cgroupRoot, path);
}

/** Documentation/admin-guide/cgroup-v2.rst of Linux. */
async function readUnified(folder: string): Promise<CgroupUsage> {
  const read = (file: string) => readIfThere(join(folder, file));
  const [cpu, memory, memoryStat, pids, io] = await Promise.all(
    ['cpu.stat', 'memory.current', 'memory.stat', 'pids.current', 'io.stat'].map(read),
  );
  return defined({
    cpuMicros: fieldOf(cpu, 'usage_usec'),
    memoryBytes: difference(numberOf(memory), fieldOf(memoryStat, 'inactive_file')),
    pids: numberOf(pids),
    blockReadBytes: sumOf(io, /\brbytes=(\d+)/g),
    blockWrittenBytes: sumOf(io, /\bwbytes=(\d+)/g),
  });
}

/** Documentation/admin-guide/cgroup-v1/{cpuacct,memory,pids,blkio-controller}.rst of Linux. */
async function readSplit(root: string, path: string): Promise<CgroupUsage> {
  const read = (controller: string, file: string, folder = path) =>
    readIfThere(join(root, controller, folder, file));
  const [cpu, memory, memoryStat, pids, io, ioOfAll] = await Promise.all([
    read('cpuacct', 'cpuacct.usage'),
    read('memory', 'memory.usage_in_bytes'),
    read('memory', 'memory.stat'),
    read('pids', 'pids.current'),
    read('blkio', BYTES_OF_DISKS),
    read('blkio', BYTES_OF_DISKS, '.'),
  ]);
  const cpuNanos = numberOf(cpu);
  // Since Linux 6.10 the kernel counts nothing until a limit is set; the file then lists no disk.
  const counted = /^\d+:\d+ /m.test(ioOfAll ?? '') ? io : undefined;
  return defined({
    cpuMicros: cpuNanos === undefined ? undefined : Math.floor(cpuNanos / 1000),
    memoryBytes: difference(numberOf(memory), fieldOf(memoryStat, 'total_inactive_file')),
    pids: numberOf(pids),
    blockReadBytes: sumOf(counted, /^\S+ Read (\d+)$/gm),
    blockWrittenBytes: sumOf(counted, /^\S+ Write (\d+)$/gm),
  });
}

const BYTES_OF_DISKS = 'blkio.throttle.io_service_bytes_recursive';

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text.trim());
}

function sumOf(text: string | undefined, pattern: RegExp): number | undefined {
  if (text === undefined) return undefined;
  return [...text.matchAll(pattern)].reduce((sum, [, number]) => sum + Number(number), 0);
}

/** The kernel may have changed the figures between the two reads, so the part can exceed the whole. */
function difference(whole: number | undefined, part: number | undefined): number | undefined {
  return whole === undefined ? undefined : Math.max(whole - (part ?? 0), 0);
}

function defined(usage: { readonly [Key in keyof CgroupUsage]: number | undefined }): CgroupUsage {
  return Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== undefined));
}
