import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lockFile, makeFolderAs, writeFileAs } from '@capsule/host';
import { awaitPowerOff } from './await-power-off.ts';
import { type Claim, readClaim, writeClaim } from './claim/claim.ts';
import { hostNames } from './claim/host-names.ts';
import { hostPaths, NETWORK_LOCK } from './claim/host-paths.ts';
import { clearRemains } from './clear-remains.ts';
import { openConsoleFile } from './console-file.ts';
import { embeddedError } from './errors.ts';
import type { LaunchRequest } from './launch-request.ts';
import { enableForwarding } from './network/forwarding.ts';
import { chooseSubnet, connectNetwork } from './network/host-network.ts';
import { findResolver } from './resolver/resolv-conf.ts';

const PAUSE_MS = 5;
/** At power-off, after capsuled has stopped the workloads. */
const SLACK_MS = 40_000;
const FORWARDING_NOTE =
  'the capsule turned on IPv4 forwarding of this host (net.ipv4.ip_forward), and it stays on';

/** A capsule that runs as a child of this process. */
export interface Launched {
  readonly claim: Claim;
  /** Changes of the host that outlast the capsule, in words for the operator. */
  readonly notes: readonly string[];
  /** Settles when PID 1 of the capsule has ended; with its exit code. */
  readonly ended: Promise<number>;
  /** Asks PID 1 to power off, waits `graceMs` or as long as its workloads need, then ends it. Resolves when nothing of it is left. */
  stop(graceMs: number): Promise<void>;
}

/**
 * Starts a capsule: removes what an earlier one of the name left, makes its network, and runs PID 1
 * in namespaces of its own. The caller holds the capsule's lock and calls `stop` in the end, also
 * when the capsule ended by itself.
 */
export async function launch(request: LaunchRequest): Promise<Launched> {
  const { name, stateDir, launchProgram } = request;
  const names = hostNames(name);
  const paths = hostPaths(name);
  // A claim is written before anything else of a capsule exists, and removed after everything else.
  if ((await readClaim(name)) !== undefined) await clearRemains(name, launchProgram);
  try {
    await Promise.all([
      makeFolderAs(join(stateDir, 'perm'), 0o700),
      makeFolderAs(paths.runDir, 0o700),
    ]);
    let { claim, notes } = await claimNetwork(request);
    const resolver = await findResolver();
    await writeFileAs(paths.resolvConf, resolver.content, 0o644);
    await connectNetwork(names, claim.subnet);
    const child = await spawnCapsule(request);
    const ended = once(child, 'close').then(([code]) => (code as number | null) ?? 137);
    const pid = await readPid(paths.pidFile, ended, request);
    claim = { ...claim, pid };
    await writeClaim(claim);
    const stop = async (graceMs: number) => {
      child.kill('SIGTERM');
      const hasEnded = await awaitPowerOff(ended, {
        runDir: paths.runDir,
        graceMs,
        slackMs: SLACK_MS,
      });
      if (!hasEnded) child.kill('SIGKILL');
      await ended;
      await clearRemains(name, launchProgram);
    };
    return { claim, notes, ended, stop };
  } catch (cause) {
    await clearRemains(name, launchProgram);
    throw cause;
  }
}

async function claimNetwork(
  request: LaunchRequest,
): Promise<{ claim: Claim; notes: readonly string[] }> {
  const { name, stateDir, layers, launchProgram } = request;
  await using _lock = await lockFile(NETWORK_LOCK, { wait: true });
  const claim: Claim = {
    name,
    stateDir,
    socket: hostPaths(name).socket,
    subnet: await chooseSubnet(name, request.pool),
    layers,
    launchProgram,
    launcherPid: process.pid,
    startedAt: new Date().toISOString(),
  };
  await writeClaim(claim);
  const wasOff = await enableForwarding();
  return { claim, notes: wasOff ? [FORWARDING_NOTE] : [] };
}

async function spawnCapsule(request: LaunchRequest) {
  const { name, stateDir } = request;
  const names = hostNames(name);
  const paths = hostPaths(name);
  const child = spawn(
    request.launchProgram,
    [
      ...['--name', name, '--hostname', name, '--cgroup', names.cgroup],
      ...request.layers.toReversed().flatMap((layer) => ['--lower', layer]),
      ...['--perm', join(stateDir, 'perm'), '--run', paths.runDir],
      ...['--netns', `/run/netns/${names.netns}`, '--resolv-conf', paths.resolvConf],
      ...['--pid-file', paths.pidFile, `--die-with-parent=${process.pid}`],
      ...Object.entries(request.env).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
      ...['--', '/sbin/capsuled'],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: {}, detached: true },
  );
  const file = openConsoleFile(consoleLog(stateDir));
  for (const stream of [child.stdout, child.stderr]) stream.on('data', file.write);
  child.once('close', () => file[Symbol.dispose]());
  await once(child, 'spawn');
  return child;
}

/** Returns the path of a capsule's console file. */
export function consoleLog(stateDir: string): string {
  return join(stateDir, 'console.log');
}

/**
 * The host's pid of PID 1, once it has become that: the pid file appears while the launch program
 * still sets up the mounts, and then executes PID 1 in its own place.
 */
async function readPid(path: string, ended: Promise<number>, request: LaunchRequest) {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!over) {
    const text = (await readFile(path, 'utf8').catch(ignoreMissing)) ?? '';
    const program = text === '' ? undefined : await readlink(exeOf(text)).catch(ignoreMissing);
    if (program !== undefined && program !== request.launchProgram) return Number(text);
    await delay(PAUSE_MS);
  }
  const log = consoleLog(request.stateDir);
  const said = (await readFile(log, 'utf8')).trimEnd().split('\n').at(-1) ?? '';
  throw embeddedError.NOT_STARTED({ name: request.name, said, log });
}

function exeOf(pid: string): string {
  return `/proc/${pid.trim()}/exe`;
}

function ignoreMissing(cause: NodeJS.ErrnoException): undefined {
  if (cause.code !== 'ENOENT') throw cause;
}
