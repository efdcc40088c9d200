import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { run } from '../process/run.ts';

export interface MountPoint {
  /** `7:0`, of the filesystem's device. */
  readonly device: string;
  /** Of the filesystem: `/` for all of it. */
  readonly root: string;
  readonly path: string;
  readonly source: string;
}

/** Lists the mounts of this process's namespace, in the order they were made. Format: proc_pid_mountinfo(5). */
export async function listMounts(): Promise<readonly MountPoint[]> {
  return parseMountInfo(await readFile('/proc/self/mountinfo', 'utf8'));
}

export function parseMountInfo(text: string): readonly MountPoint[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ', 2);
    const [, , device, root, path] = before.split(' ');
    const [, source = ''] = after.split(' ');
    if (device === undefined || root === undefined || path === undefined) return [];
    return [{ device, root: unescaped(root), path: unescaped(path), source: unescaped(source) }];
  });
}

/** Octal, as the kernel escapes blanks and backslashes. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 8)),
  );
}

/**
 * Makes a folder a shared mount: an unmount here is also one in every copy of the mount tree that is not
 * private. Idempotent.
 */
export async function shareMounts(folder: string, signal?: AbortSignal): Promise<void> {
  const options = signal === undefined ? {} : { signal };
  const mounts = await listMounts();
  const isMounted = mounts.some(({ path }) => path === folder);
  // The bind mount would hide existing mounts below it.
  if (!isMounted && mounts.some(({ path }) => dirname(path) === folder)) return;
  if (!isMounted) await run('mount', ['--bind', folder, folder], options);
  await run('mount', ['--make-shared', folder], options);
}

export async function mount(
  source: string,
  target: string,
  options: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const args = ['-t', 'ext4', '-o', options.join(','), source, target];
  await run('mount', args, signal === undefined ? {} : { signal });
}

/** Binds an open folder, wherever its path leads by then. */
export async function bindOpen(fd: number, target: string, signal?: AbortSignal): Promise<void> {
  const source = `/proc/${process.pid}/fd/${fd}`;
  // With canonical paths the source would be looked up again, and could be another folder by then.
  const args = ['--no-canonicalize', '--bind', source, target];
  await run('mount', args, signal === undefined ? {} : { signal });
}

/** Returns false when the mount is still in use. */
export async function unmount(path: string, signal?: AbortSignal): Promise<boolean> {
  const { exitCode, stderr } = await run('umount', [path], {
    allow: [0, 32],
    ...(signal === undefined ? {} : { signal }),
  });
  if (exitCode === 0 || /not mounted|no mount point/.test(stderr)) return true;
  if (/target is busy/.test(stderr)) return false;
  await run('umount', [path]);
  return true;
}
