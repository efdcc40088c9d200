import { readFile } from 'node:fs/promises';
import { constants, zstdCompressSync } from 'node:zlib';
import { packCpio } from '../disk/cpio.ts';
import { readModules } from '../disk/kernel.ts';
import type { Verity } from '../disk/verity.ts';
import { initramfsEntries } from '../rootfs/guest-initramfs.ts';
import { addSections } from './add-sections.ts';
import type { MachineKernel } from './machine-kernel.ts';

export interface UkiRequest {
  readonly stub: string;
  readonly kernel: MachineKernel;
  /** Of the initramfs, by name; what they need comes along. */
  readonly modules: readonly string[];
  /** The program of the initramfs. */
  readonly stage0: string;
  readonly version: string;
  readonly root: Pick<Verity, 'dataBlocks' | 'rootHash' | 'salt'>;
}

/** Returns a unified kernel image: kernel, initramfs and command line as one program for the firmware. Any slot can have it. */
export async function buildUki(request: UkiRequest): Promise<Buffer> {
  const { stub, kernel, version } = request;
  const text = (content: string) => Buffer.from(content);
  return addSections(await readFile(stub), [
    { name: '.osrel', content: text(osRelease(version)) },
    { name: '.cmdline', content: text(`${commandLine(request)}\0`) },
    { name: '.uname', content: text(kernel.release) },
    { name: '.initrd', content: await buildInitramfs(request) },
    { name: '.linux', content: await readFile(kernel.image) },
  ]);
}

/**
 * Names the entry in the loader's menu. It has no version on purpose: the loader would prefer the higher one, and the
 * name of the file alone is to decide.
 */
function osRelease(version: string): string {
  return `ID=capsule\nNAME=Capsule\nPRETTY_NAME="Capsule ${version}"\n`;
}

/** In Linux's own words, and `capsule.` for stage0. */
function commandLine({ version, root }: UkiRequest): string {
  return [
    'console=tty0 console=ttyS0,115200 quiet loglevel=4',
    // A machine that hangs is worse than one that starts again.
    'panic=10 oops=panic',
    // The copy of the partition table at the end of the disk counts when the first one is damaged.
    'gpt',
    'random.trust_cpu=on',
    `capsule.version=${version}`,
    `capsule.verity=${root.dataBlocks}:${root.rootHash}:${root.salt}`,
  ].join(' ');
}

const ZSTD_LEVEL = 19;

async function buildInitramfs({ stage0, kernel, modules }: UkiRequest): Promise<Buffer> {
  const program = { path: 'init', content: await readFile(stage0), mode: 0o755 };
  const entries = initramfsEntries([program], await readModules(kernel, modules));
  const params = { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL };
  return zstdCompressSync(packCpio(entries), { params });
}
