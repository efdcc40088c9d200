import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import os from 'node:os';
import type { KnownParts } from './known-parts.ts';
import { chooseUplinkAddress } from './uplink-address.ts';
import { readUptime } from './uptime.ts';

export interface MachineFacts {
  readonly hostname: string;
  readonly kernelRelease: string;
  readonly kernelVersion: string;
  readonly architecture: string;
  /** Absent where it cannot be read. */
  readonly uptimeSeconds?: number;
  readonly memoryTotalBytes: number;
  readonly memoryAvailableBytes: number;
  readonly cpuCores: number;
  readonly cpuModel: string;
  /** Seconds since 1970, by the machine's clock. */
  readonly localTimeUnix: number;
  /** The space of the filesystem of the capsule's state; absent where it cannot be read. */
  readonly perm?: { readonly totalBytes: number; readonly usedBytes: number };
  /** Address at which other machines reach this one; empty without any, absent where it cannot be read. */
  readonly address?: string;
  /** Absent where it cannot be read. */
  readonly cgroup?: string;
}

export interface MachineFactsParts {
  /** The folder of the capsule's state. */
  readonly permPath: string;
  /** The name of the capsule's own bridge. */
  readonly bridge: string;
}

/** Reads facts about the machine from its kernel. Those that cannot be read are absent. */
export async function readMachineFacts(
  { permPath, bridge }: MachineFactsParts,
  parts: KnownParts,
): Promise<MachineFacts> {
  const cpus = os.cpus();
  const uptime = await parts.read('the time since the start', readUptime);
  const perm = await parts.read(`the space of ${permPath}`, () => readSpace(permPath));
  const address = await parts.read('the address', () => uplinkAddress(bridge));
  const cgroup = await parts.read('the version of cgroups', cgroupVersion);
  return {
    hostname: os.hostname(),
    kernelRelease: os.release(),
    kernelVersion: os.version(),
    architecture: os.machine(),
    memoryTotalBytes: os.totalmem(),
    memoryAvailableBytes: memoryAvailableBytes(),
    cpuCores: cpus.length,
    cpuModel: cpus[0]?.model ?? '',
    localTimeUnix: Math.floor(Date.now() / 1000),
    ...(uptime !== undefined && { uptimeSeconds: Math.floor(uptime) }),
    ...(perm !== undefined && { perm }),
    ...(address !== undefined && { address }),
    ...(cgroup !== undefined && { cgroup }),
  };
}

async function readSpace(path: string): Promise<{ totalBytes: number; usedBytes: number }> {
  // Space that the filesystem reserves counts as used, as it does for volumes: both pages show one figure.
  const { blocks, bavail, bsize } = await statfs(path);
  return { totalBytes: blocks * bsize, usedBytes: (blocks - bavail) * bsize };
}

/** MemAvailable includes reclaimable page cache; so does `os.freemem` since libuv 1.45. */
function memoryAvailableBytes(): number {
  return os.freemem();
}

/** Address at which other machines reach this one; empty without any. */
export function uplinkAddress(bridge: string): string {
  const interfaces = os.networkInterfaces();
  const routes = readFileSync('/proc/net/route', 'utf8');
  return chooseUplinkAddress({ interfaces, routes, bridge });
}

function cgroupVersion(): string {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
  const hasV1 = / - cgroup /.test(mounts);
  const hasV2 = / - cgroup2 /.test(mounts);
  if (hasV1 && hasV2) return 'hybrid';
  if (hasV1) return 'v1';
  return hasV2 ? 'v2' : '';
}
