import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { findContent, type LvmSettings, lvm, makeExt4, run, unlessMissing } from '@capsule/host';
import { diskError } from './errors.ts';
import { permBytes } from './perm-sizes.ts';

export interface PermPlace {
  /** The partition: `/dev/vda4`. */
  readonly device: string;
  /** Its GUID, which is the identity of the physical volume on it, too. */
  readonly guid: string;
  readonly mountPoint: string;
  /** Called with the name of each step that changes the disk, after it. */
  readonly onStep: (step: PermStep) => void;
}

export type PermStep = 'physical' | 'group' | 'new-perm' | 'filesystem' | 'perm' | 'pool' | 'grown';

const GROUP = 'capsule';
const TAG = 'capsule';
const PERM = 'perm';
/** The name of the volume until its filesystem is whole. */
const NEW_PERM = 'new-perm';
const POOL = 'thinpool';
/** The rest is room for LVM to work with, and to recover from a full pool. */
const POOL_SHARE = '95%FREE';
const LVM_FOLDER = '/run/capsule-lvm';

/**
 * Makes a partition hold this capsule's data, or finishes what an earlier boot began, and mounts /perm from it. Nothing is
 * made on a partition with other content: a check that fails is an error, never "blank".
 */
export async function preparePerm(place: PermPlace): Promise<void> {
  const { device, onStep } = place;
  const only: LvmSettings = { backupFolder: LVM_FOLDER, device };
  await mkdir(LVM_FOLDER, { recursive: true });
  const { group, uuid } = await ensurePhysical(place, only);
  if (group === '') {
    await lvm(only, ['vgcreate', '--yes', '--addtag', TAG, GROUP, device]);
    onStep('group');
  } else if (group !== GROUP) {
    throw diskError.PERM_FOREIGN({ device, found: `the volume group ${group}` });
  }
  await growPhysical(only, device, onStep);
  const names = await logicalVolumes(only);
  if (hasLostPerm(names)) throw diskError.PERM_GONE({ device });
  if (!names.includes(PERM)) await makePerm(only, names, onStep);
  if (!names.includes(POOL)) {
    const shape = ['--type', 'thin-pool', '--extents', POOL_SHARE, '--discards', 'passdown'];
    await lvm(only, ['lvcreate', '--yes', ...shape, '--name', POOL, GROUP]);
    onStep('pool');
  }
  await lvm(only, ['lvchange', '--yes', '-ay', `${GROUP}/${PERM}`]);
  await mountPerm(place.mountPoint);
  await recordIdentity(place.mountPoint, uuid);
}

/** Its group is empty until the next step. */
async function ensurePhysical(
  { device, guid, onStep }: PermPlace,
  only: LvmSettings,
): Promise<PhysicalVolume> {
  const own = physicalUuid(guid);
  const seen = await physicalVolume(only);
  if (seen !== undefined) {
    // A group says enough: a partition that was copied to another disk keeps the identity of the old one.
    if (seen.group !== '' || seen.uuid === own) return seen;
    throw diskError.PERM_FOREIGN({ device, found: 'a physical volume of another system' });
  }
  const found = await findContent(device);
  if (found !== undefined) throw diskError.PERM_FOREIGN({ device, found });
  const identity = ['--uuid', own, '--norestorefile'];
  await lvm(only, ['pvcreate', '--yes', ...identity, device]);
  onStep('physical');
  return { uuid: own, group: '' };
}

interface PhysicalVolume {
  readonly uuid: string;
  readonly group: string;
}

async function physicalVolume(only: LvmSettings): Promise<PhysicalVolume | undefined> {
  const shape = ['--reportformat', 'json', '-o', 'pv_uuid,vg_name'];
  const { report } = JSON.parse(await lvm(only, ['pvs', ...shape])) as {
    report: readonly { pv: readonly { pv_uuid: string; vg_name: string }[] }[];
  };
  const [row] = report.flatMap(({ pv }) => pv);
  return row && { uuid: row.pv_uuid, group: row.vg_name };
}

/** As LVM writes an identity: 32 letters and digits, in groups. */
export function physicalUuid(guid: string): string {
  const digits = guid.replaceAll('-', '');
  return digits.replace(/^(.{6})(.{4})(.{4})(.{4})(.{4})(.{4})(.{6})$/, '$1-$2-$3-$4-$5-$6-$7');
}

/** The pool is made last, so this is no first boot that was interrupted. Pure. */
export function hasLostPerm(names: readonly string[]): boolean {
  return names.includes(POOL) && !names.includes(PERM);
}

/** A disk that has become larger since. */
async function growPhysical(
  only: LvmSettings,
  device: string,
  onStep: PermPlace['onStep'],
): Promise<void> {
  const shape = [
    '--noheadings',
    '--units',
    'b',
    '--nosuffix',
    '-o',
    'dev_size,pv_size,vg_extent_size',
  ];
  const text = await lvm(only, ['pvs', ...shape, device]);
  const [disk = 0, used = 0, extent = 0] = text.trim().split(/\s+/).map(Number);
  // One extent goes to LVM's own data, and one to what does not fill another.
  if (disk - used < 3 * extent) return;
  await lvm(only, ['pvresize', device]);
  onStep('grown');
}

async function logicalVolumes(only: LvmSettings): Promise<readonly string[]> {
  const text = await lvm(only, ['lvs', '--noheadings', '-o', 'lv_name', GROUP]);
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

async function makePerm(
  only: LvmSettings,
  names: readonly string[],
  onStep: PermPlace['onStep'],
): Promise<void> {
  if (names.includes(NEW_PERM)) await lvm(only, ['lvremove', '--yes', `${GROUP}/${NEW_PERM}`]);
  const shape = ['--noheadings', '--units', 'b', '--nosuffix', '-o', 'vg_size'];
  const size = permBytes(Number(await lvm(only, ['vgs', ...shape, GROUP])));
  await lvm(only, [
    'lvcreate',
    '--yes',
    '--wipesignatures',
    'y',
    '--size',
    `${size}b`,
    '--name',
    NEW_PERM,
    GROUP,
  ]);
  onStep('new-perm');
  await makeExt4(`/dev/${GROUP}/${NEW_PERM}`, randomUUID());
  onStep('filesystem');
  await lvm(only, ['lvrename', '--yes', GROUP, NEW_PERM, PERM]);
  onStep('perm');
}

/** Bits of e2fsck(8): 1 for errors that were corrected. */
const CLEAN_OR_CORRECTED = [0, 1];
const FSCK_MS = 30 * 60_000;

async function mountPerm(mountPoint: string): Promise<void> {
  const device = `/dev/${GROUP}/${PERM}`;
  const any = Array.from({ length: 256 }, (_, code) => code);
  const checked = await run('e2fsck', ['-p', device], { allow: any, timeoutMs: FSCK_MS });
  if (!CLEAN_OR_CORRECTED.includes(checked.exitCode)) {
    throw diskError.PERM_DAMAGED({ device, detail: checked.stdout.trim() });
  }
  await run('mount', ['-t', 'ext4', device, mountPoint]);
}

/** capsuled looks for the pool of this identity: another disk may have a group of the same name. */
async function recordIdentity(mountPoint: string, physicalVolume: string): Promise<void> {
  const file = `${mountPoint}/pool.json`;
  if ((await unlessMissing(readFile(file))) !== undefined) return;
  await writeFile(`${file}.new`, `${JSON.stringify({ physicalVolume })}\n`, {
    mode: 0o600,
    flush: true,
  });
  await rename(`${file}.new`, file);
}
