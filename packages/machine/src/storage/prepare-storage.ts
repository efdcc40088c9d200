import { randomUUID } from 'node:crypto';
import { PARTITIONS, type PartitionName } from '@capsule/core';
import { type GptPartition, run } from '@capsule/host';
import { diskSectors, findBootDisk, partitionDevice } from './boot-disk.ts';
import { diskError } from './errors.ts';
import { planTable } from './plan-table.ts';
import { preparePerm } from './prepare-perm.ts';
import { readTable, writeTable } from './table.ts';

/** The disk of the running system, with the devices of its partitions. */
export interface BootDisk {
  /** As the kernel names it: `vda`. */
  readonly name: string;
  readonly devices: Readonly<Record<PartitionName, string>>;
}

/**
 * Makes the disk of this system ready for data: its partition table at the first boot, and after the disk has grown; then
 * the partition for data. Idempotent, and finished at the next boot where it was interrupted.
 */
export async function prepareStorage(say: (text: string) => void): Promise<BootDisk> {
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
  const index = partitions.findIndex(({ type }) => type === PARTITIONS.perm.type);
  const perm = partitions[index];
  if (perm === undefined) throw diskError.NO_PERM({ disk });
  // The kernel keeps the sizes that it read at its start.
  await run('partx', ['--update', '--nr', String(index + 1), disk]);
  const devices = await devicesOf(name, partitions);
  await preparePerm({
    device: devices.perm,
    guid: perm.guid,
    mountPoint: '/perm',
    onStep: (step) => say(`${disk}: ${step} made`),
  });
  return { name, devices };
}

/** By their names, which the boot disk gives to one partition each. */
async function devicesOf(
  disk: string,
  partitions: readonly GptPartition[],
): Promise<BootDisk['devices']> {
  const found = await Promise.all(
    partitions.map(async (partition, index) => [
      partition.name,
      await partitionDevice(disk, index + 1),
    ]),
  );
  return Object.fromEntries(found) as BootDisk['devices'];
}
