import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CapsuleClient } from '@capsule/api/wire';
import { type RunResult, run } from '@capsule/host';
import { machineError } from './errors.ts';
import { untilAnswer } from './until-answer.ts';

const NAME = 'guest';
/** Of the capsule, in every hierarchy that its host has. */
export const CAPSULE_CGROUP = `capsule/${NAME}`;
const RUN = `/run/capsule-${NAME}`;
const SOCKET = join(RUN, 'capsuled.sock');
const PID_FILE = `/run/${NAME}.pid`;
const SHELL_ENV = { PATH: '/usr/sbin:/usr/bin', HOME: '/root' };
const ANY_EXIT_CODE = Array.from({ length: 256 }, (_, code) => code);

/** A capsule in a virtual machine that is its host: in namespaces and a cgroup of its own, below a PID 1 of its own. */
export interface EmbeddedCapsule extends AsyncDisposable {
  readonly client: CapsuleClient;
  /** Runs a program of the rootfs inside; answers what it printed. */
  exec(program: string, ...args: string[]): Promise<string>;
  /**
   * Runs lines of a document inside, as a person would: `kuke`, `ctr` and `sudo` are on the PATH, `/sys/fs/cgroup/kukeon` is
   * the capsule's own. Any exit code is fine.
   */
  shell(script: string): Promise<RunResult>;
}

/** Starts one as the launcher does. Its state is on the first disk, its root is the machine's own. */
export async function startEmbedded(): Promise<EmbeddedCapsule> {
  await Promise.all(['/perm', RUN].map((path) => mkdir(path, { recursive: true, mode: 0o700 })));
  await run('mkfs.ext4', ['-q', '-F', '/dev/vdb']);
  await run('mount', ['-t', 'ext4', '/dev/vdb', '/perm']);
  await run('mount', ['-t', 'cgroup2', 'cgroup2', '/sys/fs/cgroup']);
  await run('ip', ['link', 'set', 'lo', 'up']);
  await run('ip', ['netns', 'add', NAME]);
  await writeFile(`/run/${NAME}.resolv.conf`, '');
  const child = spawn(
    'capsule-launch',
    [
      ...['--name', NAME, '--cgroup', CAPSULE_CGROUP, '--lower', '/'],
      ...['--perm', '/perm', '--run', RUN, '--netns', `/run/netns/${NAME}`],
      ...['--resolv-conf', `/run/${NAME}.resolv.conf`, '--pid-file', PID_FILE],
      ...[`--die-with-parent=${process.pid}`, '--', '/sbin/capsuled'],
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const ended = once(child, 'close');
  const gone = ended.then(() =>
    Promise.reject(machineError.FAILED({ detail: 'the capsule ended' })),
  );
  gone.catch(() => undefined);
  const client = await untilAnswer(SOCKET, gone);
  const pid = (await readFile(PID_FILE, 'utf8')).trim();
  const inside = ['--target', pid, '--all'];
  return {
    client,
    exec: async (program, ...args) => (await run('nsenter', [...inside, program, ...args])).stdout,
    shell: (script) =>
      run('nsenter', [...inside, 'sh', '-c', script], {
        env: SHELL_ENV,
        allow: ANY_EXIT_CODE,
        // Programs on Node take seconds to start in an emulated machine.
        timeoutMs: 5 * 60_000,
      }),
    async [Symbol.asyncDispose]() {
      client.close();
      child.kill('SIGTERM');
      await ended;
    },
  };
}
