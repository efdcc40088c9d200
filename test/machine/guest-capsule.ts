import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { type CapsuleClient, connectCapsule } from '@capsule/api';
import { run } from '@capsule/host';

const PERM_DEVICE = '/dev/vdc';
const POOL_DEVICE = '/dev/vdb';

/** Makes a virtual machine a capsule: its state on one disk, its volumes in a thin pool on another. */
export async function mountPerm(): Promise<void> {
  await mkdir('/perm', { recursive: true });
  await run('mount', ['-t', 'ext4', PERM_DEVICE, '/perm']);
  await run('mount', ['-t', 'cgroup2', 'cgroup2', '/sys/fs/cgroup']);
  await run('ip', ['link', 'set', 'lo', 'up']);
  await writeFile('/perm/capsuled.json', JSON.stringify({ volumes: { device: POOL_DEVICE } }));
}

/** Starts what PID 1 of a capsule keeps alive, and waits for the API. */
export async function startServices(): Promise<CapsuleClient> {
  start('/usr/bin/containerd', ['--config', '/etc/containerd/config.toml']);
  start('/usr/bin/node', ['/usr/lib/capsule/capsuled.cjs']);
  const deadline = Date.now() + 60_000;
  for (;;) {
    const client = connectCapsule('unix:/run/capsule/capsuled.sock');
    try {
      await client.capsule.getInfo({}, { timeoutMs: 10_000 });
      return client;
    } catch (error) {
      client.close();
      if (Date.now() > deadline) throw error;
    }
  }
}

function start(program: string, args: readonly string[]): ChildProcess {
  return spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
}
