import { randomUUID } from 'node:crypto';
import type { PartitionName } from '@capsule/core';
import { type GptPartition, run } from '@capsule/host';
import { diskSectors, findBootDisk, partitionDevice } from './boot-disk.ts';
import { diskError } from './errors.ts';
import { findPartition } from './find-partition.ts';
import { planTable } from './plan-table.ts';
import type { PermPlace } from './prepare-perm.ts';
import { readTable, writeTable } from './table.ts';

/** The disk of the running system, with the devices of its partitions. */
export interface BootDisk {
  /** As the kernel names it: `vda`. */
  readonly name: string;
  readonly devices: Readonly<Record<PartitionName, string>>;
}

export interface Storage {
  readonly disk: BootDisk;
  readonly perm: PermPlace;
}

/**
 * Makes the disk of this system ready: its partition table at the first boot, and after the disk has grown. Idempotent,
 * and finished at the next boot where it was interrupted.
 */
export async function prepareStorage(say: (text: string) => void): Promise<Storage> {
  const name = await findBootDisk();
  const disk = `/dev/${name}`;
  const sectors = await diskSectors(name);
  const seen = await readTable(disk, sectors);
  if (seen === undefined) throw diskError.TABLE_UNREADABLE({ disk });
  const wanted = planTable(seen, sectors, randomUUID);
  if (wanted !== undefined) {
    await writeTable(disk, sectors, wanted);
    say(`${disk}: partition table written`);
  }
  const { partitions } = wanted ?? seen.table;
  const perm = findPartition(partitions, 'perm');
  if (perm === undefined) throw diskError.NO_PERM({ disk });
  // The kernel keeps the sizes that it read at its start.
  await run('partx', ['--update', '--nr', String(perm.number), disk]);
  const devices = await devicesOf(name, partitions);
  return {
    disk: { name, devices },
    perm: {
      device: devices.perm,
      guid: perm.guid,
      mountPoint: '/perm',
      onStep: (step) => say(`${disk}: ${step} made`),
    },
  };
}

async function devicesOf(
  disk: string,
  partitions: readonly GptPartition[],
): Promise<BootDisk['devices']> {
  const device = async (name: PartitionName) => {
    const found = findPartition(partitions, name);
    if (found !== undefined) return partitionDevice(disk, found.number);
    throw diskError.NO_BOOT_DISK({ detail: `${disk} has no partition ${name}` });
  };
  return {
    esp: await device('esp'),
    slot_a: await device('slot_a'),
    slot_b: await device('slot_b'),
    perm: await device('perm'),
  };
}
