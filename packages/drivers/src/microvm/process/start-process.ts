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
  /** The user of the process, without further rights; absent: that of capsuled. */
  readonly uid?: number;
  /** `cgroup.procs` of each cgroup that the process and its children belong to. */
  readonly cgroupFiles: readonly string[];
  /** Receives the end of the process, if it comes while this capsuled runs. */
  readonly onEnd?: ((end: ProcessEnd) => void) | undefined;
  /** The descriptors of the process from 0 on; absent ones are /dev/null. */
  readonly descriptors: readonly (number | undefined)[];
}

/**
 * Joins the cgroups before it executes the program, and does not pass on capsuled's own protection from the
 * OOM killer.
 */
const ENTER =
  'echo 0 > /proc/self/oom_score_adj; for f in $1; do echo $$ > "$f"; done; shift; exec "$@"';
const NO_RIGHTS = ['--clear-groups', '--no-new-privs', '--inh-caps=-all', '--bounding-set=-all'];
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Starts a process that outlives capsuled, in a session of its own and without input. Undefined when it has
 * ended already.
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
