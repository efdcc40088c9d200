import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { capsuleInit, capsuleLaunch } from './binary.ts';
import { Program } from './program.ts';
import type { Scratch } from './scratch.ts';

export const busybox = '/bin/busybox';

export interface SmallCapsule extends AsyncDisposable {
  readonly program: Program;
  readonly cgroup: string;
  /** Host directories below the scratch one. */
  readonly lower: string;
  readonly perm: string;
  readonly run: string;
  /** The host's pid of PID 1. */
  pid(): Promise<number>;
}

let count = 0;

/** A cgroup name of its own. */
export function uniqueCgroup(): string {
  return `capsule-native-test-${process.pid}-${count++}`;
}

/** Makes a root of busybox and capsule-init, with these services. */
export async function makeRoot(scratch: Scratch, conf: string): Promise<void> {
  const lower = (...names: string[]) => scratch.path('lower', ...names);
  for (const directory of ['bin', 'sbin', 'etc/capsule']) {
    await mkdir(lower(directory), { recursive: true });
  }
  await mkdir(scratch.path('perm'), { recursive: true });
  await mkdir(scratch.path('run'), { recursive: true });
  await copyFile(busybox, lower('bin', 'busybox'));
  const applets = 'cat cut env grep ip kill ls mount readlink setsid sh sleep stat tr'.split(' ');
  for (const applet of applets) await symlink('busybox', lower('bin', applet));
  await copyFile(capsuleInit, lower('sbin', 'capsuled'));
  await writeFile(lower('etc', 'capsule', 'services.conf'), conf);
}

/** Starts the root that `makeRoot` made. */
export function startCapsule(
  scratch: Scratch,
  extra: readonly string[] = [],
  command: readonly string[] = ['/sbin/capsuled'],
): SmallCapsule {
  const cgroup = uniqueCgroup();
  const pidFile = scratch.path(`${cgroup}.pid`);
  const arguments_ = [
    ...['--name', 'small', '--lower', scratch.path('lower')],
    ...['--perm', scratch.path('perm'), '--run', scratch.path('run')],
    ...['--cgroup', cgroup, '--pid-file', pidFile, ...extra, '--', ...command],
  ];
  const program = new Program(capsuleLaunch, arguments_);
  return {
    program,
    cgroup,
    lower: scratch.path('lower'),
    perm: scratch.path('perm'),
    run: scratch.path('run'),
    async pid() {
      await program.line(/ init F capsule-init .* started$/);
      return Number(await readFile(pidFile, 'utf8'));
    },
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      const cleaner = new Program(capsuleLaunch, ['--clean-cgroup', cgroup]);
      if ((await cleaner.exit) !== 0) throw new Error(cleaner.lines.join('\n'));
    },
  };
}
