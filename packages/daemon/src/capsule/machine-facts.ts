import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import os from 'node:os';
import { chooseUplinkAddress } from './uplink-address.ts';
import { readUptime } from './uptime.ts';

export interface MachineFacts {
  readonly hostname: string;
  readonly kernelRelease: string;
  readonly kernelVersion: string;
  readonly architecture: string;
  readonly uptimeSeconds: number;
  readonly memoryTotalBytes: number;
  readonly memoryAvailableBytes: number;
  readonly cpuCores: number;
  readonly cpuModel: string;
  /** Seconds since 1970, by the machine's clock. */
  readonly localTimeUnix: number;
  readonly permTotalBytes: number;
  readonly permUsedBytes: number;
  /** Address at which other machines reach this one; empty without any. */
  readonly address: string;
  readonly cgroup: string;
}

/**
 * Reads facts about the machine from its kernel. `permPath` is the folder of the capsule's state,
 * `bridge` the name of its own bridge.
 */
export async function readMachineFacts({
  permPath,
  bridge,
}: {
  readonly permPath: string;
  readonly bridge: string;
}): Promise<MachineFacts> {
  const perm = await statfs(permPath);
  const cpus = os.cpus();
  return {
    hostname: os.hostname(),
    kernelRelease: os.release(),
    kernelVersion: os.version(),
    architecture: os.machine(),
    uptimeSeconds: Math.floor(await readUptime()),
    memoryTotalBytes: os.totalmem(),
    memoryAvailableBytes: memoryAvailableBytes(),
    cpuCores: cpus.length,
    cpuModel: cpus[0]?.model ?? '',
    localTimeUnix: Math.floor(Date.now() / 1000),
    permTotalBytes: perm.blocks * perm.bsize,
    permUsedBytes: (perm.blocks - perm.bfree) * perm.bsize,
    address: uplinkAddress(bridge),
    cgroup: cgroupVersion(),
  };
}

/** MemAvailable includes reclaimable page cache; so does `os.freemem` since libuv 1.45. */
function memoryAvailableBytes(): number {
  return os.freemem();
}

function uplinkAddress(bridge: string): string {
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
