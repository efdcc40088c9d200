import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connectCapsule } from '@capsule/api/node';
import type { CapsuleClient } from '@capsule/api/wire';
import { run } from '@capsule/host';

const PERM_DEVICE = '/dev/vdc';
const POOL_DEVICE = '/dev/vdb';
/** Folders of /perm and their second places, as PID 1 of a capsule binds them. */
const PERM_FOLDERS = [
  ['/perm/srv', '/srv'],
  ['/perm/kukeon', '/opt/kukeon'],
] as const;
/** Of the API of a capsule that is this machine. */
export const CAPSULED_SOCKET = 'unix:/run/capsule/capsuled.sock';
const START_LIMIT_MS = 300_000;
const ANSWER_LIMIT_MS = 10_000;

/** Makes a virtual machine a capsule: its state on one disk, its volumes in a thin pool on another. */
export async function mountPerm(): Promise<void> {
  await mkdir('/perm', { recursive: true });
  await run('mount', ['-t', 'ext4', PERM_DEVICE, '/perm']);
  for (const [folder, place] of PERM_FOLDERS) {
    await mkdir(folder, { recursive: true });
    await run('mount', ['--bind', folder, place]);
  }
  await run('mount', ['-t', 'cgroup2', 'cgroup2', '/sys/fs/cgroup']);
  await run('ip', ['link', 'set', 'lo', 'up']);
  await writeFile('/perm/capsuled.json', JSON.stringify({ volumes: { device: POOL_DEVICE } }));
}

/** For a disk that is new in each life of the machine. */
export async function makePerm(): Promise<void> {
  await run('mkfs.ext4', ['-q', '-F', PERM_DEVICE]);
}

/** The services that PID 1 of a capsule keeps alive. */
export interface Services extends AsyncDisposable {
  readonly client: CapsuleClient;
  /** With -9; resolves when the one that is started in its place answers. */
  killCapsuled(): Promise<void>;
}

/** Starts containerd and capsuled, and waits for the API. */
export async function startServices(env: Readonly<Record<string, string>> = {}): Promise<Services> {
  const startCapsuled = () => start('/usr/bin/node', ['/usr/lib/capsule/capsuled.cjs'], env);
  const containerd = start('/usr/bin/containerd', ['--config', '/etc/containerd/config.toml'], env);
  let capsuled = startCapsuled();
  await untilAnswer();
  const client = connectCapsule(CAPSULED_SOCKET);
  return {
    client,
    async killCapsuled() {
      await end(capsuled);
      capsuled = startCapsuled();
      await untilAnswer();
    },
    async [Symbol.asyncDispose]() {
      client.close();
      await Promise.all([end(capsuled), end(containerd)]);
    },
  };
}

async function untilAnswer(): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  for (;;) {
    await using client = connectCapsule(CAPSULED_SOCKET);
    try {
      await client.capsule.getInfo({}, { timeoutMs: ANSWER_LIMIT_MS });
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

/** Also of one that has ended by itself. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

function start(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess {
  const stdio = ['ignore', 'inherit', 'inherit'] as const;
  return spawn(program, args, { stdio: [...stdio], env: { ...process.env, ...env } });
}
