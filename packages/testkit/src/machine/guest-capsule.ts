import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { CapsuleClient } from '@capsule/api/wire';
import { run } from '@capsule/host';
import { untilAnswer } from './until-answer.ts';

const PERM_DEVICE = '/dev/vdc';
const POOL_DEVICE = '/dev/vdb';
/** Folders of /perm and their second places, as PID 1 of a capsule binds them. */
const PERM_FOLDERS = [
  { folder: '/perm/srv', place: '/srv', mode: 0o755 },
  { folder: '/perm/kukeon', place: '/opt/kukeon', mode: 0o750 },
];
/** Of the services; the format is capsule-init's. */
const TABLE = '/etc/capsule/services.conf';
const SOCKET = '/run/capsule/capsuled.sock';
/** Of the API of a capsule that is this machine. */
export const CAPSULED_SOCKET = `unix:${SOCKET}`;

/** Makes a virtual machine a capsule: its state on one disk, its volumes in a thin pool on another. */
export async function mountPerm(): Promise<void> {
  await mkdir('/perm', { recursive: true });
  await run('mount', ['-t', 'ext4', PERM_DEVICE, '/perm']);
  for (const { folder, place, mode } of PERM_FOLDERS) {
    await mkdir(folder, { recursive: true, mode });
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
  const table = await readFile(TABLE, 'utf8');
  const startCapsuled = () => start(table, 'capsuled', env);
  const containerd = start(table, 'containerd', env);
  let capsuled = startCapsuled();
  const client = await untilAnswer(SOCKET);
  return {
    client,
    async killCapsuled() {
      await end(capsuled);
      capsuled = startCapsuled();
      (await untilAnswer(SOCKET)).close();
    },
    async [Symbol.asyncDispose]() {
      client.close();
      await Promise.all([end(capsuled), end(containerd)]);
    },
  };
}

/** Also of one that has ended by itself. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** With the words and the environment that PID 1 gives it. */
function start(table: string, name: string, env: Readonly<Record<string, string>>): ChildProcess {
  const lines = (table.split(`[${name}]\n`)[1] ?? '').split(/\n\n|\n\[/)[0]?.split('\n') ?? [];
  const valuesOf = (key: string) =>
    lines.flatMap((line) => (line.startsWith(`${key} = `) ? line.slice(key.length + 3) : []));
  const [program = '', ...args] = valuesOf('exec').join('').split(' ');
  const own = Object.fromEntries(valuesOf('env').map((pair) => pair.split('=', 2)));
  const stdio = ['ignore', 'inherit', 'inherit'] as const;
  return spawn(program, args, { stdio: [...stdio], env: { ...process.env, ...own, ...env } });
}
