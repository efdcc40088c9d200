import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { markProcess, type ProcessMark } from './process-mark.ts';

/** Exactly one of the two is set. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProcessRequest {
  readonly program: string;
  readonly args: readonly string[];
  /** Whom it runs as, without any right beside; absent: as we do. */
  readonly uid?: number;
  /** `cgroup.procs` of each cgroup that it belongs to, with all that it starts. */
  readonly cgroupFiles: readonly string[];
  /** Told how it ended, if it does so while this capsuled runs. */
  readonly onEnd?: ((end: ProcessEnd) => void) | undefined;
  /** Its descriptors from 0 on; those that are absent lead nowhere. */
  readonly descriptors: readonly (number | undefined)[];
}

/** It joins its cgroups before it becomes the program; capsuled's own protection from the kernel's search for memory is not handed on. */
const ENTER =
  'echo 0 > /proc/self/oom_score_adj; for f in $1; do echo $$ > "$f"; done; shift; exec "$@"';
const NO_RIGHTS = ['--clear-groups', '--no-new-privs', '--inh-caps=-all', '--bounding-set=-all'];
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Starts a process that lives on when we die: in a session of its own, with nobody's input. Undefined when it
 * has ended already.
 */
export async function startProcess(request: ProcessRequest): Promise<ProcessMark | undefined> {
  const { program, args, uid, cgroupFiles, descriptors, onEnd } = request;
  const as = uid === undefined ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, ...NO_RIGHTS];
  const command = [...as, program, ...args];
  const child = spawn('/bin/sh', ['-c', ENTER, 'enter', cgroupFiles.join(' '), ...command], {
    cwd: '/',
    detached: true,
    env: { PATH },
    stdio: descriptors.map((descriptor) => descriptor ?? 'ignore'),
  });
  child.once('exit', (exitCode, signal) => onEnd?.({ exitCode, signal }));
  await once(child, 'spawn');
  child.unref();
  return child.pid === undefined ? undefined : markProcess(child.pid);
}
