import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CapsuleClient } from '@capsule/api/wire';
import { findAcceleration, run } from '@capsule/host';
import {
  assemble,
  emulatorCommand,
  type OperatingSystem,
  type Profile,
  vmProfile,
} from '@capsule/imager';
import { buildSystem, describeMachine, emulationWords } from '@capsule/launcher';
import { machineError } from '../machine/errors.ts';
import { untilAnswer } from '../machine/until-answer.ts';
import { freePort } from './free-port.ts';
import { relaySocket } from './relay-socket.ts';
import { RELAY_PORT, relayedProfile } from './relayed-profile.ts';
import { Screen } from './screen.ts';

/** A computer whose operating system is Capsule. */
export interface OsMachine extends AsyncDisposable {
  readonly screen: Screen;
  /** The address of the capsule for capsulectl. */
  readonly host: string;
  /** The port of 127.0.0.1 that leads to a port of the machine: that of the API, 80 or 8080. */
  portOf(port: ForwardedPort): number;
  /** Resolves with a client once the API answers; each boot needs one of its own. */
  connect(): Promise<CapsuleClient>;
  /** QEMU's exit code: 0 after a power-off. */
  readonly ended: Promise<number | null>;
  /** Now, without a word to anybody. */
  cutPower(): Promise<void>;
}

/** Ports of the machine that lead out of it. */
const FORWARDED = [50_000, 80, 8080] as const;
export type ForwardedPort = (typeof FORWARDED)[number];

export interface OsSettings {
  readonly otherDisks?: readonly string[];
  /** As in `VirtualMachine`. */
  readonly hostname?: string;
  readonly clock?: string;
}

const GIB = 1024 ** 3;
const DISK_BYTES = 8 * GIB;
const MEMORY_MIB = 2048;
/** capsuled says so on the console. */
const READY = /capsuled F info ready /;

export type OsSystem = OperatingSystem;

/** PID 1 drops a line that the console does not take at once: a line that never comes holds nothing up. */
const LINE_LIMIT_MS = 180_000;

async function untilLine(screen: Screen, pattern: RegExp): Promise<void> {
  const limit = AbortSignal.timeout(LINE_LIMIT_MS);
  try {
    await screen.until(pattern, limit);
  } catch (error) {
    if (!limit.aborted) throw error;
  }
}

/** Builds the system with a way in for tests, and with a defect if one is to be tested. */
export async function buildTestSystem(
  version?: string,
  alter: (profile: Profile) => Profile = (profile) => profile,
): Promise<OperatingSystem> {
  const { isKvm } = await findAcceleration(process.arch);
  return buildSystem({
    profile: alter(relayedProfile(vmProfile, !isKvm)),
    ...(version !== undefined && { version }),
  });
}

/** Makes its root and its disk once more, with a cache of its own. */
export function rebuildSystem(
  system: OperatingSystem,
  cacheDir: string,
): Promise<Pick<OperatingSystem, 'root' | 'disk'>> {
  return assemble(system, { cacheDir, progress: () => undefined });
}

/** A new disk with the system, larger than the image; it goes when it is disposed. */
export async function newDisk(system: OperatingSystem) {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-os-'));
  const [disk, variables] = [join(folder, 'disk.raw'), join(folder, 'uefi')];
  await run('cp', ['--sparse=always', '--reflink=auto', system.disk.path, disk]);
  await truncate(disk, DISK_BYTES);
  await run('cp', [system.firmware.ovmfVariables, variables]);
  return {
    folder,
    disk,
    variables,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

export interface OsDisk extends Awaited<ReturnType<typeof newDisk>> {
  /** File that receives every request to the disk. */
  readonly writeLog?: string;
}

/** Boots it, by the QEMU of the rootfs; it restarts by itself when it reboots. */
export async function startOs(
  system: OperatingSystem,
  disk: OsDisk,
  { otherDisks = [], ...settings }: OsSettings = {},
): Promise<OsMachine> {
  const { isKvm } = await findAcceleration(process.arch);
  const port = await freePort();
  const forwarded = new Map<ForwardedPort, number>();
  for (const one of FORWARDED) forwarded.set(one, await freePort());
  const hardware = describeMachine({
    code: system.firmware.ovmfCode,
    variables: disk.variables,
    disks: [disk.disk, ...otherDisks],
    ...(disk.writeLog !== undefined && { writeLog: disk.writeLog }),
    memoryMib: MEMORY_MIB,
    processors: 2,
    hasKvm: isKvm,
    ports: {
      [port]: RELAY_PORT,
      ...Object.fromEntries([...forwarded].map(([inside, outside]) => [outside, inside])),
    },
    ...settings,
    kernelWords: ['panic=1', ...(isKvm ? [] : await emulationWords(system.rootfs))],
    serial: 'stdio',
  });
  const command = ['nice', '-n', '2', ...emulatorCommand(system.rootfs), ...hardware];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const screen = new Screen(child.stdout);
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const socket = join(disk.folder, `api-${port}.sock`);
  const relay = await relaySocket(socket, port);
  const gone = ended.then(() => Promise.reject(machineError.FAILED({ detail: screen.tail() })));
  gone.catch(() => undefined);
  const cutPower = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return {
    screen,
    ended,
    cutPower,
    host: `unix:${socket}`,
    portOf: (one) => forwarded.get(one) ?? 0,
    // The port of the emulator takes connections long before the capsule does.
    async connect() {
      await untilLine(screen, READY);
      return untilAnswer(socket, gone);
    },
    async [Symbol.asyncDispose]() {
      await cutPower();
      await relay[Symbol.asyncDispose]();
    },
  };
}
