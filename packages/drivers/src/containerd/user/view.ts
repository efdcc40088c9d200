import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { requirePipes, run } from '@capsule/host';
import { runtimeError } from '../errors.ts';
import type { Mount } from '../gen/containerd/types/mount_pb.ts';

/**
 * Shows the content of a read-only snapshot, and calls `use` with its directory. A plain directory is used as
 * it is. Layers are mounted in the mount namespace of a child that lives until its standard input ends: even
 * when capsuled dies nothing stays mounted, and an unmount in the capsule reaches the child too.
 */
export async function withView<T>(
  mounts: readonly Mount[],
  scratch: string,
  use: (root: string) => Promise<T>,
): Promise<T> {
  const mount = onlyMount(mounts);
  if (mount.type === 'bind') return use(mount.source);
  await mkdir(scratch, { recursive: true });
  return withMount(mount, scratch, use);
}

/**
 * Runs a program in a view of a read-only snapshot: for programs that resolve their paths, which would leave
 * the directory of `withView`. Fails as `run`.
 */
export async function runInView(
  mounts: readonly Mount[],
  scratch: string,
  command: (root: string) => readonly [string, ...string[]],
  timeoutMs: number,
): Promise<void> {
  const mount = onlyMount(mounts);
  if (mount.type === 'bind') {
    const [program, ...args] = command(mount.source);
    await run(program, args, { timeoutMs });
    return;
  }
  await mkdir(scratch, { recursive: true });
  const { cwd, options } = shorten(mount.options);
  const place = [mount.type, options, mount.source, scratch];
  const words = ['sh', '-c', RUN_SCRIPT, 'view', ...place, ...command(scratch)];
  const apart = ['--mount', '--propagation', 'slave', '--'];
  await run('unshare', [...apart, ...words], { cwd, env: MOUNT_ENV, timeoutMs });
}

function onlyMount(mounts: readonly Mount[]): Mount {
  const [mount, ...more] = mounts;
  if (mount !== undefined && more.length === 0) return mount;
  throw runtimeError.FAILED({
    action: 'read the files of an image',
    detail: 'it has no single mount',
  });
}

const RUN_SCRIPT = 'mount -t "$1" -o "$2" "$3" "$4" && shift 4 && exec "$@"';
/** The newer mount system calls take no option longer than 255 characters, and layers need more. */
const MOUNT_ENV = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LIBMOUNT_FORCE_MOUNT2: 'always' };
/** The child mounts, writes one byte, and then waits for the end of its input. */
const SCRIPT = 'mount -t "$1" -o "$2" "$3" "$4" && echo && exec cat';

async function withMount<T>(
  mount: Mount,
  target: string,
  use: (root: string) => Promise<T>,
): Promise<T> {
  const { cwd, options } = shorten(mount.options);
  const args = ['sh', '-c', SCRIPT, 'view', mount.type, options, mount.source, target];
  const child = spawn('unshare', ['--mount', '--propagation', 'slave', '--', ...args], {
    cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: MOUNT_ENV,
  });
  requirePipes(child, 'unshare');
  const gone = once(child, 'close');
  const complaint = collect(child.stderr);
  try {
    await Promise.race([once(child.stdout, 'data'), gone]);
    if (child.exitCode !== null || child.pid === undefined) {
      throw runtimeError.FAILED({ action: 'read the files of an image', detail: complaint() });
    }
    return await use(`/proc/${child.pid}/root${target}`);
  } finally {
    child.stdin.end();
    await gone;
  }
}

/** Layers lie beside each other; with relative paths many of them fit into the kernel's limit of one page. */
function shorten(options: readonly string[]): { cwd: string; options: string } {
  const layers =
    options
      .find((option) => option.startsWith('lowerdir='))
      ?.slice(9)
      .split(':') ?? [];
  const cwd = layers[0] === undefined ? '/' : dirname(dirname(layers[0]));
  const lowerdir = `lowerdir=${layers.map((layer) => relative(cwd, layer)).join(':')}`;
  const rest = options.filter((option) => !option.startsWith('lowerdir='));
  return { cwd, options: ['ro', ...rest, ...(layers.length > 0 ? [lowerdir] : [])].join(',') };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8').trim();
}
