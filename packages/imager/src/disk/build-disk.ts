import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { printBootEntry, type SlotName } from '@capsule/core';
import { SECTOR_BYTES, writeGpt } from '@capsule/host';
import { Cache } from '../cache/cache.ts';
import { digestOf } from '../cache/digest.ts';
import { imagerError } from '../errors.ts';
import type { MachineProfile } from '../profile.ts';
import { type Progress, step } from '../progress.ts';
import type { Rootfs } from '../rootfs/build-rootfs.ts';
import { layerPath } from '../rootfs/layer-program.ts';
import { buildUki } from '../uki/build-uki.ts';
import type { FirmwareFiles } from '../uki/firmware-files.ts';
import type { MachineKernel } from '../uki/machine-kernel.ts';
import { planDisk } from './disk-plan.ts';
import { type Extent, makeFat32 } from './fat32.ts';
import type { RootImage } from './root-image.ts';
import { hashImage, type Verity } from './verity.ts';

export interface DiskRequest extends DiskParts {
  readonly cacheDir: string;
  readonly root: RootImage;
  readonly progress: Progress;
}

/** What a disk is made of, beside its root. */
export interface DiskParts {
  readonly version: string;
  readonly rootfs: Rootfs;
  readonly kernel: MachineKernel;
  readonly firmware: FirmwareFiles;
  readonly machine: MachineProfile;
}

/** A disk that boots, as a sparse file. Callers must not write to it. */
export interface DiskImage {
  readonly path: string;
  /** The kernel image that is on it, as a file. */
  readonly uki: string;
  /** The tree of hashes that stands behind its root, as a file. */
  readonly tree: string;
  /** Hexadecimal digits. */
  readonly rootHash: string;
  /** The hash of all that was written, and where: equal for equal disks. */
  readonly hash: string;
  readonly ukiBytes: number;
  readonly treeBytes: number;
}

const SLOT: SlotName = 'slot_a';
/** "CAPS": a serial number that is drawn would make each build different. */
const ESP_SERIAL = 0x43415053;

/** Makes the disk, or finds it in the cache. */
export async function buildDisk(request: DiskRequest): Promise<DiskImage> {
  const { cacheDir, version, rootfs, root, kernel, firmware, machine, progress } = request;
  const cache = new Cache(cacheDir);
  const key = `os-disk-${digestOf({
    version,
    root: root.key,
    native: rootfs.layers.find(({ name }) => name === 'native')?.key,
    kernel: kernel.key,
    firmware: firmware.key,
    modules: machine.firstModules,
    plan: planDisk(),
    form: 2,
  })}`;
  const make = () =>
    cache.ensure(key, async (directory) => {
      const facts = await writeDisk(directory, request);
      await using file = await open(join(directory, 'facts.json'), 'w');
      await file.writeFile(JSON.stringify(facts));
      return { sizeBytes: (await stat(join(directory, DISK))).size };
    });
  const entry = (await cache.find(key)) ?? (await step(progress, 'disk', make));
  const facts = JSON.parse(await readFile(join(entry.path, 'facts.json'), 'utf8')) as Facts;
  const at = (name: string) => join(entry.path, name);
  return { path: at(DISK), uki: at(UKI), tree: at(TREE), ...facts };
}

type Facts = Omit<DiskImage, 'path' | 'uki' | 'tree'>;

const DISK = 'disk.raw';
const UKI = 'uki.efi';
const TREE = 'root.tree';

async function writeDisk(directory: string, request: DiskRequest): Promise<Facts> {
  const verity = await hashImage(request.root.path);
  const uki = await makeUki(request, verity);
  const plan = planDisk();
  const { place } = plan;
  const need = request.root.sizeBytes + verity.tree.length;
  if (need > place[SLOT].bytes) throw imagerError.ROOT_TOO_LARGE({ need, room: place[SLOT].bytes });
  const { primary, backup, backupSector } = writeGpt(plan.table, plan.diskSectors);
  const esp = makeFat32({
    sizeBytes: place.esp.bytes,
    firstSector: place.esp.offset / SECTOR_BYTES,
    serial: ESP_SERIAL,
    label: 'CAPSULE',
    files: [
      { path: 'EFI/BOOT/BOOTX64.EFI', content: await readFile(request.firmware.loader) },
      { path: `EFI/Linux/${printBootEntry({ generation: 1, slot: SLOT })}`, content: uki },
      { path: 'loader/loader.conf', content: Buffer.from(LOADER_CONFIG) },
    ],
  });
  // For bundles.
  await writeFile(join(directory, UKI), uki);
  await writeFile(join(directory, TREE), verity.tree);
  await using file = await open(join(directory, DISK), 'w');
  await file.truncate(plan.diskSectors * SECTOR_BYTES);
  const disk = new HashedDisk(file);
  await disk.write([{ offset: 0, bytes: primary }]);
  await disk.write(esp, place.esp.offset);
  await disk.copy(request.root.path, place[SLOT].offset);
  await disk.write([{ offset: request.root.sizeBytes, bytes: verity.tree }], place[SLOT].offset);
  await disk.write([{ offset: backupSector * SECTOR_BYTES, bytes: backup }]);
  const { rootHash, tree } = verity;
  return { hash: disk.hash(), rootHash, ukiBytes: uki.length, treeBytes: tree.length };
}

/** The menu is for those who hold a key down; nobody may change a command line in it. */
const LOADER_CONFIG = 'timeout 0\neditor no\nauto-firmware no\n';

function makeUki(request: DiskRequest, root: Verity): Promise<Buffer> {
  const { rootfs, kernel, firmware, machine, version } = request;
  return buildUki({
    stub: firmware.stub,
    kernel,
    modules: machine.firstModules,
    stage0: join(layerPath(rootfs, 'native'), 'usr/lib/capsule/stage0'),
    version,
    root,
  });
}

const PIECE_BYTES = 4 * 1024 ** 2;

/** A file whose holes stay holes, and the hash of what was put into it. */
class HashedDisk {
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256');

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async write(extents: readonly Extent[], from = 0): Promise<void> {
    for (const { offset, bytes } of extents) {
      this.#hash.update(`${from + offset}:${bytes.length}\n`).update(bytes);
      await this.#file.write(bytes, 0, bytes.length, from + offset);
    }
  }

  async copy(path: string, to: number): Promise<void> {
    await using source = await open(path, 'r');
    const buffer = Buffer.alloc(PIECE_BYTES);
    for (let at = to; ; ) {
      const { bytesRead } = await source.read(buffer, 0, PIECE_BYTES);
      if (bytesRead === 0) return;
      await this.write([{ offset: at, bytes: buffer.subarray(0, bytesRead) }]);
      at += bytesRead;
    }
  }

  hash(): string {
    return this.#hash.digest('hex');
  }
}
