import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  buildRootDisk,
  buildRootfs,
  bundleProgram,
  capsuleProfile,
  fetchKernel,
  type Progress,
  packCpio,
  type Rootfs,
  readModules,
} from '@capsule/imager';
import { machineError } from './errors.ts';
import { EXIT_MARK, guestInit } from './guest-init.ts';

export interface MachineRequest {
  /** A program in TypeScript; it is bundled, and run by the capsule's own Node. */
  readonly program: string;
  readonly args?: readonly string[];
  /** More files for the program, by their name in /tmp. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Raw files, or what `serveDisk` serves; they stay when the machine goes: /dev/vdb and on. */
  readonly disks: readonly string[];
  /** Its processor can run guests of its own: `/dev/kvm` works inside, with AMD's SVM emulated too. */
  readonly hasKvm?: boolean;
  /** Default 1024. */
  readonly memoryMib?: number;
  /** It is given up after this time. Default: nine minutes. */
  readonly timeoutMs?: number;
  readonly progress?: Progress;
}

/** A virtual machine that runs one program on the capsule's rootfs and Debian's kernel, emulated. */
export interface Machine extends AsyncDisposable {
  /** What the program prints, as it comes. Ends with the machine. */
  readonly lines: AsyncIterable<string>;
  /** Of the program. Fails with `MACHINE_FAILED` when the machine ended without one. */
  readonly exitCode: Promise<number>;
  /** What its kernel and its first program have said so far. */
  console(): Promise<string>;
  /** Now, without a word to anybody. A file keeps what was written, a served disk what was flushed. */
  cutPower(): Promise<void>;
}

const REPOSITORY = join(import.meta.dirname, '../../../..');
/** LVM asks for dm_snapshot before it takes a snapshot of a thin volume, and does not use it. */
const STORAGE = ['virtio_blk', 'loop', 'overlay', 'dm_thin_pool', 'dm_snapshot', 'dm_flakey'];
const NETWORK = [
  ...['bridge', 'veth', 'nf_tables', 'nft_chain_nat', 'nft_nat', 'nft_masq', 'nft_ct'],
  ...['nft_fib', 'nft_fib_inet', 'nft_reject_inet', 'nft_limit', 'nft_log', 'nft_redir'],
];
const MODULES = [...STORAGE, ...NETWORK];
/** What a capsule needs beside these to run microVMs on the processor itself. */
const KVM = ['kvm', 'kvm_amd', 'tun', 'erofs'];
const MEMORY_MIB = 1024;
const TIMEOUT_MS = 9 * 60_000;

/** Builds what is missing and boots. Needs root, and QEMU. Nothing but the disks is left of it. */
export async function startMachine(request: MachineRequest): Promise<Machine> {
  const progress = request.progress ?? (() => undefined);
  const cacheDir = process.env['CAPSULE_CACHE'] ?? '/var/cache/capsule';
  const common = { cacheDir, env: process.env, progress };
  const profile = capsuleProfile;
  const [kernel, rootfs] = await Promise.all([
    fetchKernel({ ...common, suite: profile.suite }),
    buildRootfs({ ...common, repository: REPOSITORY, profile }),
  ]);
  const layers = rootfs.layers.filter(({ name }) => name !== 'bundle');
  const disk = await buildRootDisk({ ...common, layers });
  const folder = await mkdtemp(join(tmpdir(), 'capsule-machine-'));
  try {
    const bundle = join(folder, 'program.cjs');
    await bundleProgram({ entry: request.program, output: bundle });
    const modules = await readModules(kernel, [...MODULES, ...(request.hasKvm ? KVM : [])]);
    const command = [
      '/usr/bin/node',
      '--test-reporter=tap',
      '/tmp/program.cjs',
      ...(request.args ?? []),
    ];
    const files = Object.entries(request.files ?? {});
    const names = modules.map(({ name }) => name);
    const initrd = packCpio([
      ...['bin', 'dev', 'proc', 'sys', 'root', 'modules', 'files', 'capsule'].map((path) => ({
        path,
        mode: 0o755,
      })),
      { path: 'bin/busybox', content: await readFile('/bin/busybox'), mode: 0o755 },
      { path: 'init', content: Buffer.from(guestInit(names, command)), mode: 0o755 },
      ...(await bundleFiles(rootfs)).map(([name, content]) => ({
        ...{ path: `capsule/${name}`, content, mode: 0o644 },
      })),
      { path: 'files/program.cjs', content: await readFile(bundle), mode: 0o644 },
      ...files.map(([name, content]) => ({ path: `files/${name}`, content, mode: 0o644 })),
      ...modules.map(({ name, content }) => ({ path: `modules/${name}.ko`, content, mode: 0o644 })),
    ]);
    await writeFile(join(folder, 'initrd'), initrd);
    const { disks, memoryMib = MEMORY_MIB, timeoutMs = TIMEOUT_MS } = request;
    const hardware = { kernel: kernel.image, folder, disk, disks, memoryMib };
    return run(qemuArguments(hardware), { folder, timeoutMs });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** capsuled changes with every line of ours: it is not on the disk, which is kept. */
async function bundleFiles({
  layers,
}: Rootfs): Promise<readonly (readonly [string, Uint8Array])[]> {
  const tree = layers.find(({ name }) => name === 'bundle')?.path ?? '';
  const folder = join(tree, 'usr/lib/capsule');
  const names = await readdir(folder);
  return Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name))] as const),
  );
}

interface Hardware {
  readonly kernel: string;
  readonly folder: string;
  readonly disk: string;
  readonly disks: readonly string[];
  readonly memoryMib: number;
}

/** The root is written to a file that QEMU forgets; the other disks are real. */
function qemuArguments(hardware: Hardware): readonly string[] {
  const { kernel, folder, disk, disks, memoryMib } = hardware;
  const drives = [
    `file=${disk},format=raw,if=virtio,snapshot=on`,
    ...disks.map((file) => `file=${file},format=raw,if=virtio,discard=unmap,cache=writeback`),
  ];
  return [
    // One processor: with two, the emulation lets V8 crash in one start of twelve.
    ...['-machine', 'q35', '-accel', 'tcg', '-cpu', 'max', '-smp', '1', '-m', `${memoryMib}M`],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...['-kernel', kernel, '-initrd', join(folder, 'initrd')],
    ...['-append', 'console=ttyS0 quiet panic=-1'],
    ...['-serial', `file:${join(folder, 'serial.log')}`, '-serial', 'stdio'],
    ...drives.flatMap((drive) => ['-drive', drive]),
  ];
}

function run(
  args: readonly string[],
  { folder, timeoutMs }: { readonly folder: string; readonly timeoutMs: number },
): Machine {
  // It ends with this process, however that ends.
  const command = ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...args];
  const child = spawn('setpriv', command, { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  let said = '';
  const timer = setTimeout(() => {
    said += `given up after ${timeoutMs / 1000} s`;
    child.kill('SIGKILL');
  }, timeoutMs);
  child.stderr.on('data', (data: Buffer) => {
    said += data.toString();
  });
  const code = Promise.withResolvers<number>();
  // Nobody may ask for it.
  code.promise.catch(() => undefined);
  const ended = closed.then(
    async () => {
      clearTimeout(timer);
      const log = await consoleOf(folder);
      const detail = [said, log.slice(-2000)].filter(Boolean).join('\n').trim();
      code.reject(machineError.FAILED({ detail }));
    },
    (cause: unknown) => code.reject(machineError.FAILED({ detail: String(cause) }, cause)),
  );
  return {
    lines: linesOf(createInterface({ input: child.stdout }), code.resolve),
    exitCode: code.promise,
    console: () => consoleOf(folder),
    async cutPower() {
      child.kill('SIGKILL');
      await ended;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Empty for one that has not said anything. */
async function consoleOf(folder: string): Promise<string> {
  return readFile(join(folder, 'serial.log'), 'utf8').catch((failure: NodeJS.ErrnoException) => {
    if (failure.code === 'ENOENT') return '';
    throw failure;
  });
}

async function* linesOf(
  input: AsyncIterable<string>,
  onExit: (code: number) => void,
): AsyncGenerator<string> {
  for await (const line of input) {
    if (line.startsWith(EXIT_MARK)) onExit(Number(line.slice(EXIT_MARK.length)));
    else yield line;
  }
}
