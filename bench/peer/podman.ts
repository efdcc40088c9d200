import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { run } from '@capsule/host';
import { benchError } from '../errors.ts';

/**
 * Debian's podman in its own namespaces. So it does not change the images, bridges and firewall of the host,
 * and all its processes end with the benchmark. Its storage is on the same disk as that of the capsule. If
 * the host mounts an empty cgroup2 beside v1 controllers, podman does not see that mount: its default
 * runtime, crun, refuses this layout, and podman would be slower with runc.
 */
const SETUP = `set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir -p "$1/containers" "$1/cni" /var/lib/containers /var/lib/cni
mount --bind "$1/containers" /var/lib/containers
mount --bind "$1/cni" /var/lib/cni
if [ -d /sys/fs/cgroup/memory ] && [ -d /sys/fs/cgroup/unified ]; then umount /sys/fs/cgroup/unified; fi
ip link set lo up
echo ready
cat`;

/** Limits that podman may set without privileges; on some hosts, its defaults need privileges. */
const LIMITS = ['--ulimit', 'nofile=4096:4096', '--ulimit', 'nproc=4096:4096'];

export class Podman implements AsyncDisposable {
  readonly #scratch: string;
  readonly #cgroup: string;
  readonly #holder: ChildProcessWithoutNullStreams;
  readonly #pid: number;

  private constructor(scratch: string, holder: ChildProcessWithoutNullStreams, pid: number) {
    this.#scratch = scratch;
    this.#cgroup = `capsule-bench-${process.pid}`;
    this.#holder = holder;
    this.#pid = pid;
  }

  static async start(): Promise<Podman> {
    const scratch = await mkdtemp(join(tmpdir(), 'capsule-bench-'));
    await mkdir(join(scratch, 'state'));
    const kinds = ['--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child'];
    const holder = spawn('unshare', [...kinds, 'sh', '-c', SETUP, 'sh', join(scratch, 'state')]);
    const complaint = createInterface({ input: holder.stderr })[Symbol.asyncIterator]();
    const { value } = await createInterface({ input: holder.stdout })
      [Symbol.asyncIterator]()
      .next();
    if (value !== 'ready') {
      const said = String((await complaint.next()).value ?? 'it ended');
      await rm(scratch, { recursive: true, force: true });
      throw benchError.PEER_NOT_STARTED({ peer: 'podman', said });
    }
    const { stdout } = await run('pgrep', ['--parent', String(holder.pid)]);
    return new Podman(scratch, holder, Number(stdout.trim()));
  }

  /** An OCI or docker archive. */
  async load(archive: string): Promise<void> {
    await this.#podman(['load', '--quiet', '--input', archive]);
  }

  /** Runs `podman run -d` on podman's default network. The process runs when the command returns. */
  async run(name: string, image: string): Promise<number> {
    const begunAt = performance.now();
    const cgroup = [...this.#cgroupParent(), '--log-driver', 'k8s-file'];
    await this.#podman(['run', '--detach', '--name', name, ...cgroup, ...LIMITS, image]);
    return performance.now() - begunAt;
  }

  /** A new pod of containers that run when it returns. Milliseconds. */
  async runPod(pod: string, names: readonly string[], image: string): Promise<number> {
    const begunAt = performance.now();
    await this.#podman(['pod', 'create', '--name', pod, ...this.#cgroupParent()]);
    for (const name of names) await this.runInPod(pod, name, image);
    return performance.now() - begunAt;
  }

  /** `podman run -d --pod`; its process runs when the command returns. */
  async runInPod(pod: string, name: string, image: string): Promise<number> {
    const log = ['--log-driver', 'k8s-file'];
    const named = ['--pod', pod, '--name', `${pod}-${name}`];
    return this.#timed(['run', '--detach', ...named, ...log, ...LIMITS, image]);
  }

  async removePod(pod: string): Promise<void> {
    await this.#podman(['pod', 'rm', '--force', '--time', '0', pod]);
  }

  #cgroupParent(): readonly string[] {
    return ['--cgroup-parent', `/${this.#cgroup}`];
  }

  /** Milliseconds. */
  async exec(name: string, ...command: readonly string[]): Promise<number> {
    return this.#timed(['exec', name, ...command]);
  }

  /** One of the two is `NAME:PATH`. Returns the time in milliseconds. */
  async copy(source: string, target: string): Promise<number> {
    return this.#timed(['cp', source, target]);
  }

  async #timed(args: readonly string[]): Promise<number> {
    const begunAt = performance.now();
    await this.#podman(args);
    return performance.now() - begunAt;
  }

  async remove(names: readonly string[]): Promise<void> {
    await this.#podman(['rm', '--force', '--time', '0', ...names]);
  }

  async version(): Promise<string> {
    return (await this.#podman(['--version'])).trim();
  }

  async #podman(args: readonly string[]): Promise<string> {
    const storage = [
      '--root',
      join(this.#scratch, 'root'),
      '--runroot',
      join(this.#scratch, 'run'),
    ];
    const plain = ['--cgroup-manager', 'cgroupfs', '--events-backend', 'file'];
    const into = ['-t', String(this.#pid), '-n', '-m', '-p', '--'];
    const all = [...into, 'podman', ...storage, ...plain, ...args];
    return (await run('nsenter', all, { timeoutMs: 600_000 })).stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Containers, mounts and devices end with PID 1 of the namespaces, without a command of podman.
    this.#holder.stdin.end();
    await once(this.#holder, 'close');
    const root = '/sys/fs/cgroup';
    for (const path of [root, ...(await readdir(root)).map((entry) => join(root, entry))]) {
      await removeCgroups(join(path, this.#cgroup));
    }
    await rm(this.#scratch, { recursive: true, force: true });
  }
}

/** podman leaves files behind. */
async function removeCgroups(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(noneIfMissing);
  for (const entry of entries) {
    if (entry.isDirectory()) await removeCgroups(join(path, entry.name));
  }
  await rmdir(path).catch(noneIfMissing);
}

function noneIfMissing(cause: NodeJS.ErrnoException): never[] {
  if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return [];
  throw cause;
}
