import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildRootDisk,
  buildRootfs,
  bundleProgram,
  capsuleProfile,
  fetchKernel,
  type Progress,
} from '@capsule/imager';
import { layersInUse } from '@capsule/launcher';
import { describeHardware } from './describe-hardware.ts';
import { findEmulator } from './emulator.ts';
import { isBundle, packInitrd } from './pack-initrd.ts';
import { type Machine, runMachine } from './run-machine.ts';

export interface MachineRequest {
  /** A program in TypeScript; it is bundled, and run by the capsule's own Node. */
  readonly program: string;
  readonly args?: readonly string[];
  /** More files for the program, by their name in /tmp. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Raw files, or what `serveDisk` serves; they stay when the machine goes: /dev/vdb and on. */
  readonly disks: readonly string[];
  /** Its processors can run guests of their own: `/dev/kvm` works inside, with AMD's SVM emulated too. */
  readonly hasKvm?: boolean;
  /** Default 1024. */
  readonly memoryMib?: number;
  /** It is given up after this time. Default: twelve minutes. */
  readonly timeoutMs?: number;
  readonly progress?: Progress;
}

const REPOSITORY = join(import.meta.dirname, '../../../..');
/** LVM asks for dm_snapshot before it takes a snapshot of a thin volume, and does not use it. */
const STORAGE = ['virtio_blk', 'loop', 'overlay', 'dm_thin_pool', 'dm_snapshot', 'dm_flakey'];
const NETWORK = [
  ...['bridge', 'veth', 'nf_tables', 'nft_chain_nat', 'nft_nat', 'nft_masq', 'nft_ct'],
  ...['nft_fib', 'nft_fib_inet', 'nft_reject_inet', 'nft_limit', 'nft_log', 'nft_redir'],
];
const MODULES = [...STORAGE, ...NETWORK];
/** Modules that a capsule needs in addition to these to run microVMs on the processor itself. */
const KVM = ['kvm', 'kvm_amd', 'tun', 'erofs'];
const MEMORY_MIB = 1024;
/**
 * A second one costs more than it gives while other lanes run: one waits for the other at a lock while the host runs
 * neither. The contract of thin volumes took 165 s of processor time on two, and 74 s on one.
 */
const PROCESSORS = 1;
const TIMEOUT_MS = 20 * 60_000;
/** An emulator translates compiled JavaScript once more, and again after each change of it: interpreted, it is faster. */
const NODE = ['/usr/bin/node', '--jitless'];

/** Builds what is missing and boots, by the QEMU of the rootfs. Needs root. Nothing but the disks is left of it. */
export async function startMachine(request: MachineRequest): Promise<Machine> {
  const progress = request.progress ?? (() => undefined);
  const cacheDir = process.env['CAPSULE_CACHE'] ?? '/var/cache/capsule';
  const common = { cacheDir, env: process.env, progress };
  const profile = capsuleProfile;
  const [kernel, rootfs] = await Promise.all([
    fetchKernel({ ...common, suite: profile.suite }),
    buildRootfs({ ...common, repository: REPOSITORY, profile, layersInUse }),
  ]);
  const { command, ...counter } = await findEmulator(rootfs);
  const layers = rootfs.layers.filter((layer) => !isBundle(layer));
  const root = await buildRootDisk({ ...common, layers });
  const folder = await mkdtemp(join(tmpdir(), 'capsule-machine-'));
  try {
    const bundle = join(folder, 'program.cjs');
    await bundleProgram({ entry: request.program, output: bundle });
    const { args = [], files = {}, hasKvm = false } = request;
    const initrd = join(folder, 'initrd');
    const parts = {
      kernel,
      rootfs,
      modules: [...MODULES, ...(hasKvm ? KVM : [])],
      command: [...NODE, '--test-reporter=tap', '/tmp/program.cjs', ...args],
      files: { 'program.cjs': await readFile(bundle), ...files },
    };
    await writeFile(initrd, await packInitrd(parts));
    const { disks, memoryMib = MEMORY_MIB, timeoutMs = TIMEOUT_MS } = request;
    const consoleFile = join(folder, 'serial.log');
    const hardware = {
      kernel: kernel.image,
      initrd,
      root,
      disks,
      memoryMib,
      processors: PROCESSORS,
      ...counter,
      console: consoleFile,
    };
    return runMachine({
      command: [...command, ...describeHardware(hardware)],
      folder,
      consoleFile,
      timeoutMs,
    });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
