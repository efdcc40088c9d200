import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from '@capsule/host';

/**
 * runc and the shims keep their state below `/run`. The first process ends when its input does, so also
 * when the test process is killed.
 */
const HOLD = 'mount -t tmpfs tmpfs /run && exec cat';

/**
 * A containerd of the test's own: own directories and socket, and namespaces for mounts and processes,
 * which end with it and take along whatever it left running.
 */
export class PrivateContainerd implements AsyncDisposable {
  readonly directory: string;
  readonly #binaries: string;
  readonly #holder: ChildProcess;
  #daemon: ChildProcess | undefined;

  private constructor(directory: string, binaries: string, holder: ChildProcess) {
    this.directory = directory;
    this.#binaries = binaries;
    this.#holder = holder;
  }

  /** `binaries` is a directory with containerd, its runc shim, and runc. */
  static async start(binaries: string): Promise<PrivateContainerd> {
    const directory = await mkdtemp(join(tmpdir(), 'capsule-containerd-'));
    await writeFile(join(directory, 'config.toml'), config(directory));
    const flags = ['--mount', '--pid', '--fork', '--mount-proc', '--kill-child'];
    const command = [...flags, '--propagation', 'private', '--', 'sh', '-c', HOLD];
    const holder = spawn('unshare', command, { stdio: ['pipe', 'pipe', 'inherit'] });
    // An echo says that the namespaces are there.
    holder.stdin?.write('ready\n');
    if (holder.stdout !== null) await once(holder.stdout, 'data');
    const containerd = new PrivateContainerd(directory, binaries, holder);
    await containerd.startDaemon();
    return containerd;
  }

  get socketPath(): string {
    return join(this.directory, 'containerd.sock');
  }

  /** What containerd wrote about itself. */
  async log(): Promise<string> {
    return readFile(join(this.directory, 'log'), 'utf8');
  }

  async startDaemon(): Promise<void> {
    const init = await onlyChild(this.#holder);
    const script = 'exec containerd --config "$1/config.toml" >>"$1/log" 2>&1';
    const target = ['--target', String(init), '--mount', '--pid', '--'];
    this.#daemon = spawn('nsenter', [...target, 'sh', '-c', script, 'sh', this.directory], {
      stdio: 'ignore',
      env: { ...process.env, PATH: `${this.#binaries}${delimiter}${process.env['PATH']}` },
    });
    while (!(await answers(this.socketPath))) await delay(20);
  }

  /** Runs a program in containerd's namespaces, to its end. */
  async run(...argv: readonly string[]): Promise<void> {
    const init = await onlyChild(this.#holder);
    await run('nsenter', ['--target', String(init), '--mount', '--pid', '--', ...argv]);
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
}

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
