import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, realpath, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { findContent, lvm, unlessMissing } from '@capsule/host';
import { activateGroup } from './activate-group.ts';
import { volumeDriverError } from './errors.ts';
import type { ThinGroupOptions } from './thin-group.ts';
import { syncPath } from './volume-files.ts';

export interface ThinPoolOptions extends ThinGroupOptions {
  /** Records which physical volume belongs to this capsule: `/perm/pool.json`. */
  readonly stateFile: string;
  /** Called after each step that is on the disk; tests stop there. */
  readonly faultPoint?: (step: ThinPoolStep) => void;
}

export type ThinPoolStep = 'chosen' | 'physical' | 'group' | 'pool';

interface PhysicalVolume {
  readonly device: string;
  readonly uuid: string;
  /** Empty for a physical volume without a group. */
  readonly group: string;
  /** The tags of its group. */
  readonly tags: readonly string[];
}

/** The rest is room for LVM to work with, and to recover from a full pool. */
const POOL_SHARE = '95%FREE';
const TAG = 'capsule';

/**
 * Returns the disk with the active pool of this capsule, found by its identity and not by a name; undefined
 * where there is none. Fails with `VOLUME_POOL_FOREIGN`.
 */
export async function findThinPool(
  options: ThinPoolOptions,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { group, pool } = options;
  const own = await findOwn(options, signal);
  if (own === undefined) return undefined;
  const only = { ...options, device: own.device };
  const shown = await lvm(only, ['lvs', '--noheadings', '-o', 'lv_name', group], signal);
  const names = shown.split('\n').map((name) => name.trim());
  if (!names.includes(pool)) return undefined;
  await activateGroup({ only, group, pool }, names, signal);
  return own.device;
}

/**
 * Returns `findThinPool` for a capsule that makes no pool; one that has had a pool fails with
 * `VOLUME_POOL_AWAY` where it is missing.
 */
export async function findKnownPool(
  options: ThinPoolOptions,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const found = await findThinPool(options, signal);
  if (found !== undefined || !(await hasHadPool(options))) return found;
  throw volumeDriverError.POOL_AWAY({ stateFile: options.stateFile });
}

/** Returns whether a disk was chosen for the pool before. */
export async function hasHadPool({ stateFile }: ThinPoolOptions): Promise<boolean> {
  return (await readState(stateFile)) !== undefined;
}

/** Returns the physical volume of this capsule's group. */
async function findOwn(
  options: ThinPoolOptions,
  signal?: AbortSignal,
): Promise<PhysicalVolume | undefined> {
  const { group } = options;
  const volumes = await listPhysicalVolumes(options, signal);
  const named = volumes.filter((one) => one.group === group);
  const chosen = await readState(options.stateFile);
  const own = volumes.find(({ uuid }) => uuid === chosen);
  if (own !== undefined) return own.group === group ? own : undefined;
  // After the capsule was installed again, only the tag shows that the group belongs to a capsule.
  const [first, ...others] = named;
  if (first === undefined) return undefined;
  const isOurs = chosen === undefined && others.length === 0 && first.tags.includes(TAG);
  if (!isOurs) throw volumeDriverError.POOL_FOREIGN({ group });
  return first;
}

/**
 * Makes a device the pool of this capsule, step by step, or completes that after a crash; returns the disk.
 * Takes only a device that is provably blank. Fails with `VOLUME_POOL_DEVICE_IN_USE`, which names the content
 * that it found. Idempotent.
 */
export async function makeThinPool(
  device: string,
  options: ThinPoolOptions,
  signal?: AbortSignal,
): Promise<string> {
  const { group, pool, faultPoint = () => undefined } = options;
  const existing = await findThinPool(options, signal);
  if (existing !== undefined) return existing;
  // Operators name disks by stable links: /dev/disk/by-id/…
  const real = await realpath(device);
  const only = { ...options, device: real };
  const before = (await listPhysicalVolumes(options, signal)).find((one) => one.device === real);
  const chosen = await readState(options.stateFile);
  const isOurs = before !== undefined && before.uuid === chosen;
  if (!isOurs) {
    const found = await findContent(device, signal);
    if (found !== undefined) throw volumeDriverError.POOL_DEVICE_IN_USE({ device, found });
    const uuid = newUuid();
    // Recorded before it is written to the disk, so a disk with this identity was made here.
    await writeState(options.stateFile, uuid);
    faultPoint('chosen');
    await lvm(only, ['pvcreate', '--yes', '--uuid', uuid, '--norestorefile', real], signal);
    faultPoint('physical');
  }
  if (!isOurs || before.group === '') {
    await lvm(only, ['vgcreate', '--yes', '--addtag', TAG, group, real], signal);
    faultPoint('group');
  }
  const shape = ['--type', 'thin-pool', '--extents', POOL_SHARE, '--discards', 'passdown'];
  await lvm(only, ['lvcreate', '--yes', ...shape, '--name', pool, group], signal);
  await syncPath(real);
  faultPoint('pool');
  return real;
}

async function listPhysicalVolumes(
  options: ThinPoolOptions,
  signal?: AbortSignal,
): Promise<readonly PhysicalVolume[]> {
  const columns = 'pv_name,pv_uuid,vg_name,vg_tags';
  const text = await lvm(options, ['pvs', '--reportformat', 'json', '-o', columns], signal);
  const { report } = JSON.parse(text) as {
    report: readonly { pv: readonly Readonly<Record<string, string>>[] }[];
  };
  return report.flatMap(({ pv }) =>
    pv.map((row) => ({
      device: row['pv_name'] ?? '',
      uuid: row['pv_uuid'] ?? '',
      group: row['vg_name'] ?? '',
      tags: (row['vg_tags'] ?? '').split(','),
    })),
  );
}

/** Returns an identity as LVM writes it: 32 letters and digits, in groups of 6, 4, 4, 4, 4, 4 and 6. */
function newUuid(): string {
  const letters = randomBytes(24).toString('hex').slice(0, 32);
  return /^(.{6})(.{4})(.{4})(.{4})(.{4})(.{4})(.{6})$/.exec(letters)?.slice(1).join('-') ?? '';
}

async function readState(file: string): Promise<string | undefined> {
  const text = await unlessMissing(readFile(file, 'utf8'));
  if (text === undefined) return undefined;
  return (JSON.parse(text) as { physicalVolume?: string }).physicalVolume;
}

async function writeState(file: string, physicalVolume: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const aside = `${file}.new`;
  const handle = await open(aside, 'w', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify({ physicalVolume })}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(aside, file);
  await syncPath(dirname(file));
}
