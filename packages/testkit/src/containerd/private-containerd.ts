import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from '@capsule/host';

/**
 * Makes the rootfs the root of the namespace, with the test's directory at the same place inside as
 * outside. Then it waits: it ends with its input, so also when the test process is killed.
 */
const HOLD = `set -e
root="$1/rootfs"
mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" "$root"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mkdir -p "$root$1" "$root/run/old"
mount --bind "$1" "$root$1"
cd "$root"
pivot_root . run/old
umount -l /run/old
exec cat`;

const NAMESPACES = ['--mount', '--pid'];

/**
 * A containerd of the test's own, as it is in capsules: own directories and socket, and namespaces for
 * mounts and processes, which end with it and take along whatever it left running.
 */
export class PrivateContainerd implements AsyncDisposable {
  readonly directory: string;
  readonly #holder: ChildProcess;
  #daemon: ChildProcess | undefined;

  private constructor(directory: string, holder: ChildProcess) {
    this.directory = directory;
    this.#holder = holder;
  }

  /** `layers` are those of a rootfs with containerd and runc, lowest first. */
  static async start(layers: readonly string[]): Promise<PrivateContainerd> {
    const directory = await mkdtemp(join(tmpdir(), 'capsule-containerd-'));
    for (const name of ['rootfs', 'upper', 'work']) await mkdir(join(directory, name));
    await writeFile(join(directory, 'config.toml'), config(directory));
    const containerd = new PrivateContainerd(directory, await hold(directory, layers));
    await containerd.startDaemon();
    return containerd;
  }

  get socketPath(): string {
    return join(this.directory, 'containerd.sock');
  }

  /** Returns containerd's own log. */
  async log(): Promise<string> {
    return readFile(join(this.directory, 'log'), 'utf8');
  }

  async startDaemon(): Promise<void> {
    const script = 'exec containerd --config "$1/config.toml" >>"$1/log" 2>&1';
    const argv = ['sh', '-c', script, 'sh', this.directory];
    this.#daemon = spawn('nsenter', await this.#inside(argv), { stdio: 'ignore' });
    while (!(await answers(this.socketPath))) await delay(20);
  }

  /** Runs a program of the rootfs in containerd's namespaces, to its end. */
  async run(...argv: readonly string[]): Promise<void> {
    await run('nsenter', await this.#inside(argv));
  }

  /** KILL, as in a crash: shims and containers go on. */
  async killDaemon(): Promise<void> {
    if (this.#daemon === undefined) return;
    const gone = once(this.#daemon, 'close');
    process.kill(await onlyChild(this.#daemon), 'SIGKILL');
    await gone;
    this.#daemon = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#holder, 'close');
    this.#holder.stdin?.end();
    await gone;
    await rm(this.directory, { recursive: true, force: true });
  }

  async #inside(argv: readonly string[]): Promise<string[]> {
    const init = await onlyChild(this.#holder);
    return ['--target', String(init), ...NAMESPACES, '--', ...argv];
  }
}

/** Makes the namespaces; resolves when the root in there is the rootfs. */
async function hold(directory: string, layers: readonly string[]): Promise<ChildProcess> {
  const cwd = dirname(layers[0] ?? '/');
  // An option of mount has room for one page: short names, highest first.
  const lower = layers
    .map((layer) => relative(cwd, layer))
    .reverse()
    .join(':');
  const flags = [...NAMESPACES, '--fork', '--kill-child', '--propagation', 'private'];
  const argv = [...flags, '--', 'sh', '-c', HOLD, 'sh', directory, lower];
  const holder = spawn('unshare', argv, { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
  holder.stdin.write('ready\n');
  await once(holder.stdout, 'data');
  return holder;
}

/** Garbage is collected at once, so that a test sees what is left. */
function config(directory: string): string {
  return `version = 3
root = "${directory}/root"
state = "${directory}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime", "io.containerd.nri.v1.nri"]
[grpc]
  address = "${directory}/containerd.sock"
[ttrpc]
  address = "${directory}/containerd.sock.ttrpc"
[plugins."io.containerd.gc.v1.scheduler"]
  deletion_threshold = 1
  schedule_delay = "10ms"
`;
}

async function onlyChild({ pid }: ChildProcess): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return Number(children.trim());
}

async function answers(socketPath: string): Promise<boolean> {
  const socket = connect(socketPath);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
