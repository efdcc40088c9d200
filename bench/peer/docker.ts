import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from '@capsule/host';
import { benchError } from '../errors.ts';

/**
 * Debian's dockerd in its own namespaces. So it does not change the bridges and the firewall of the host, and
 * all its processes end with the benchmark. Its storage is on the same disk as that of the capsule. It prints
 * to a file, because no process reads its pipe.
 */
const SETUP = `set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /run
ip link set lo up
dockerd --data-root "$1/data" --exec-root "$1/exec" --pidfile "$1/pid" --host "unix://$1/docker.sock" \\
  --bridge none --iptables=false --ip-forward=false --storage-driver overlay2 >"$1/log" 2>&1 &
cat`;

/** Debian's program, also if PATH has another one. */
const CLIENT = '/usr/bin/docker';
const READY_MS = 60_000;

export class Docker implements AsyncDisposable {
  readonly #scratch: string;
  readonly #holder: ChildProcessWithoutNullStreams;

  private constructor(scratch: string, holder: ChildProcessWithoutNullStreams) {
    this.#scratch = scratch;
    this.#holder = holder;
  }

  static async start(): Promise<Docker> {
    const scratch = await mkdtemp(join(tmpdir(), 'capsule-docker-'));
    const kinds = ['--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child'];
    const holder = spawn('unshare', [...kinds, 'sh', '-c', SETUP, 'sh', scratch]);
    const docker = new Docker(scratch, holder);
    const until = performance.now() + READY_MS;
    while (performance.now() < until) {
      if ((await docker.#docker(['version'], [0, 1])).exitCode === 0) return docker;
      await pause(100);
    }
    const said = (await run('tail', ['-n', '5', join(scratch, 'log')], { allow: [0, 1] })).stdout;
    await docker[Symbol.asyncDispose]();
    throw benchError.PEER_NOT_STARTED({ peer: 'docker', said });
  }

  /** As `start`; undefined on a machine without Debian's docker. */
  static async startIfInstalled(): Promise<Docker | undefined> {
    const isInstalled = await access(CLIENT, constants.X_OK).then(
      () => true,
      () => false,
    );
    return isInstalled ? Docker.start() : undefined;
  }

  /** An OCI archive; Debian's docker reads only its own format. */
  async load(archive: string, image: string): Promise<void> {
    const own = join(this.#scratch, 'image.tar');
    await run('skopeo', ['copy', `oci-archive:${archive}`, `docker-archive:${own}:${image}`]);
    await this.#docker(['load', '--quiet', '--input', own]);
  }

  /** Runs a container without a network. The process runs when the command returns. */
  async run(name: string, image: string): Promise<void> {
    await this.#docker(['run', '--detach', '--network', 'none', '--name', name, image]);
  }

  /** Milliseconds. */
  async exec(name: string, ...command: readonly string[]): Promise<number> {
    return this.#timed(['exec', name, ...command]);
  }

  /** One of the two is `NAME:PATH`. Returns the time in milliseconds. */
  async copy(source: string, target: string): Promise<number> {
    return this.#timed(['cp', source, target]);
  }

  async version(): Promise<string> {
    return (await this.#docker(['--version'])).stdout.trim();
  }

  async #timed(args: readonly string[]): Promise<number> {
    const begunAt = performance.now();
    await this.#docker(args);
    return performance.now() - begunAt;
  }

  #docker(args: readonly string[], allow: readonly number[] = [0]) {
    const host = `unix://${join(this.#scratch, 'docker.sock')}`;
    return run(CLIENT, ['--host', host, ...args], { allow, timeoutMs: 600_000 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Containers, mounts and devices end with PID 1 of the namespaces.
    this.#holder.stdin.end();
    this.#holder.kill('SIGKILL');
    if (this.#holder.exitCode === null) await once(this.#holder, 'close');
    await rm(this.#scratch, { recursive: true, force: true });
  }
}
