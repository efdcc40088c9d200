import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { readHostReport } from '@capsule/core';
import { lockFileError } from '@capsule/host';
import type { Rootfs } from '@capsule/imager';
import { type Claim, readClaim } from './claim/claim.ts';
import { hostNames } from './claim/host-names.ts';
import { hostPaths, STATE_ROOT } from './claim/host-paths.ts';
import { DEFAULT_POOL } from './claim/subnet.ts';
import { embeddedError } from './errors.ts';
import { describeProblem } from './host-errors.ts';
import type { LaunchAnswer, LaunchRequest } from './launch-request.ts';

/** Without threads of V8 no exit waits for one of them that waits for the exit (nodejs/node#54918). */
const NODE_FLAGS = ['--single-threaded'];

export interface StartRequest {
  readonly name: string;
  readonly rootfs: Rootfs;
  /** Durable state of the capsule; default: a directory of its name below /var/lib/capsule. */
  readonly stateDir?: string;
  /** IPv4 range to take four addresses from; default 10.213.0.0/16. */
  readonly pool?: string;
  /** The capsule ends when this process does. Default: it runs on in the background. */
  readonly attached?: boolean;
  /** Environment of PID 1, and so of what it runs. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A capsule that was started, or found running. */
export interface Started {
  readonly claim: Claim;
  readonly alreadyRan: boolean;
  readonly warnings: readonly string[];
  /** Resolves when its launcher has ended; never for a capsule that ran already. */
  readonly launcherEnded: Promise<void>;
}

/**
 * Starts a capsule in a process of its own and returns when PID 1 runs; its API comes a moment
 * later (`waitForApi`). A running capsule of the name is left as it is. Needs root.
 */
export async function startCapsule(request: StartRequest): Promise<Started> {
  if (process.getuid?.() !== 0) throw embeddedError.NOT_ROOT({});
  hostNames(request.name);
  const stateDir = request.stateDir ?? join(STATE_ROOT, request.name);
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const log = launcherLog(stateDir);
  const { launcher, ended } = await spawnLauncher(toLaunch(request, stateDir), log);
  const answer = await firstAnswer(launcher.stdio[3] as Duplex);
  if (answer?.running !== true && answer?.code !== lockFileError.HELD.code) {
    await ended;
    throw embeddedError.NOT_STARTED({ name: request.name, said: answer?.message ?? '', log });
  }
  const claim = await readClaim(request.name);
  if (claim === undefined) {
    throw embeddedError.NOT_STARTED({ name: request.name, said: 'it ended immediately', log });
  }
  if (!answer.running) {
    const warnings = await reportedProblems(request.name);
    return { claim, alreadyRan: true, warnings, launcherEnded: new Promise(() => undefined) };
  }
  return { claim, alreadyRan: false, warnings: answer.warnings, launcherEnded: ended };
}

/** Returns the problems of the host that a running capsule's launcher has found; none before its first look. */
async function reportedProblems(name: string): Promise<readonly string[]> {
  const text = await readFile(hostPaths(name).report, 'utf8').catch(
    (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT') throw cause;
      return '';
    },
  );
  return readHostReport(text).map(describeProblem);
}

/** Returns the path of the log of a capsule's background process. */
export function launcherLog(stateDir: string): string {
  return join(stateDir, 'launcher.log');
}

function toLaunch(request: StartRequest, stateDir: string): LaunchRequest {
  return {
    name: request.name,
    stateDir,
    layers: request.rootfs.layers.map((layer) => layer.path),
    launchProgram: request.rootfs.launchProgram,
    pool: request.pool ?? DEFAULT_POOL,
    attached: request.attached ?? false,
    env: request.env ?? {},
  };
}

async function spawnLauncher(request: LaunchRequest, logPath: string) {
  await using log = await open(logPath, 'a', 0o600);
  const launcher = spawn(
    process.execPath,
    [...NODE_FLAGS, join(import.meta.dirname, 'launcher.ts'), JSON.stringify(request)],
    {
      detached: true,
      cwd: '/',
      stdio: [request.attached ? 'pipe' : 'ignore', 'ignore', log.fd, 'pipe'],
    },
  );
  await once(launcher, 'spawn');
  const ended = once(launcher, 'close').then(() => undefined);
  if (!request.attached) launcher.unref();
  return { launcher, ended };
}

async function firstAnswer(stream: Duplex): Promise<LaunchAnswer | undefined> {
  for await (const line of createInterface({ input: stream })) {
    stream.destroy();
    return JSON.parse(line) as LaunchAnswer;
  }
  return undefined;
}
