import { closeSync, constants, openSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { namesIn, removeEmptyFolder, run, unlessMissing } from '@capsule/host';

/**
 * The folder of one exec, `<root>/<container id>/<exec id>/`: its FIFOs, and the record of a process that may
 * exist. Each realm has a root of its own, which is there while it holds something. It is made before the process and removed when neither the process nor the runtime's memory of it is
 * left, so it leads to every leftover of a killed capsuled.
 */
export interface ExecFolder {
  readonly containerId: string;
  readonly execId: string;
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
  /** Holds the container's cgroup while the processes of the exec are still to be ended. */
  readonly record: string;
}

export function execFolder(root: string, containerId: string, execId: string): ExecFolder {
  const path = (name: string) => join(root, containerId, execId, name);
  return {
    containerId,
    execId,
    stdin: path('stdin'),
    stdout: path('stdout'),
    stderr: path('stderr'),
    record: path('cgroup'),
  };
}

export async function makeFolder(root: string, folder: ExecFolder): Promise<void> {
  await mkdir(join(root, folder.containerId, folder.execId), { recursive: true, mode: 0o700 });
  await run('mkfifo', ['-m', '600', folder.stdin, folder.stdout, folder.stderr]);
}

/**
 * Writes the record; call it before the runtime is asked for a process. The record is whole or absent,
 * whenever the writer dies.
 */
export async function writeRecord(folder: ExecFolder, cgroup: string): Promise<void> {
  await writeFile(`${folder.record}.new`, cgroup);
  await rename(`${folder.record}.new`, folder.record);
}

/** Returns the cgroup in which to look for processes; undefined when none has to be ended. */
export function readRecord({ record }: ExecFolder): Promise<string | undefined> {
  return unlessMissing(readFile(record, 'utf8'));
}

/**
 * Removes the record of an exec that ended by itself: processes that it started stay from now on. Idempotent.
 */
export async function removeRecord({ record }: ExecFolder): Promise<void> {
  await rm(record, { force: true });
}

/** Removes the folder and its files. Idempotent. */
export async function removeFolder(root: string, folder: ExecFolder): Promise<void> {
  const { stdin, stdout, stderr, record } = folder;
  const files = [stdin, stdout, stderr, `${record}.new`, record];
  await Promise.all(files.map((path) => rm(path, { force: true })));
  await removeEmptyFolder(join(root, folder.containerId, folder.execId));
  // Another exec of the same container may have its folder there.
  await removeEmptyFolder(join(root, folder.containerId));
  await removeEmptyFolder(root);
}

/** Lists every exec that has a folder. */
export async function listFolders(root: string): Promise<readonly ExecFolder[]> {
  const containers = await namesIn(root);
  const found = await Promise.all(
    containers.map(async (containerId) =>
      (await namesIn(join(root, containerId))).map((execId) =>
        execFolder(root, containerId, execId),
      ),
    ),
  );
  return found.flat();
}

/**
 * Removes the empty folders of containers, which a process leaves that dies while it makes or removes the
 * folder of an exec, and the root with the last of them.
 */
export async function removeEmptyFolders(root: string): Promise<void> {
  const containers = await namesIn(root);
  await Promise.all(containers.map((containerId) => removeEmptyFolder(join(root, containerId))));
  await removeEmptyFolder(root);
}

/** Opens a FIFO without waiting for its other end. */
export function openFifo(path: string, mode: 'read' | 'both'): number {
  const access = mode === 'read' ? constants.O_RDONLY : constants.O_RDWR;
  return openSync(path, access | constants.O_NONBLOCK);
}

/**
 * Opens both ends of each existing FIFO, which releases a process that waits for an end. The caller closes
 * them.
 */
export function openFifos({ stdin, stdout, stderr }: ExecFolder): readonly number[] {
  using stack = new DisposableStack();
  const opened = [stdin, stdout, stderr].flatMap((path) => {
    try {
      return [stack.adopt(openFifo(path, 'both'), closeSync)];
    } catch (failure) {
      if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw failure;
    }
  });
  stack.move();
  return opened;
}
