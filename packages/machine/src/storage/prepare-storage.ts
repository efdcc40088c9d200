import { randomUUID } from 'node:crypto';
import { PARTITIONS } from '@capsule/core';
import { run } from '@capsule/host';
import { machineError } from '../errors.ts';
import { diskSectors, findBootDisk, partitionDevice } from './boot-disk.ts';
import { planTable } from './plan-table.ts';
import { preparePerm } from './prepare-perm.ts';
import { readTable, writeTable } from './table.ts';

/**
 * Makes the disk of this system ready for data: its partition table at the first boot, and after the disk has grown; then
 * the partition for data. Idempotent, and finished at the next boot where it was interrupted.
 */
export async function prepareStorage(say: (text: string) => void): Promise<void> {
  const name = await findBootDisk();
  const disk = `/dev/${name}`;
  const sectors = await diskSectors(name);
  const seen = await readTable(disk, sectors);
  if (seen === undefined) throw machineError.TABLE_UNREADABLE({ disk });
  const wanted = planTable(seen, sectors, randomUUID);
  if (wanted !== undefined) {
    await writeTable(disk, sectors, wanted);
    say(`${disk}: partition table written`);
  }
  const { partitions } = wanted ?? seen.table;
  const index = partitions.findIndex(({ type }) => type === PARTITIONS.perm.type);
  const perm = partitions[index];
  if (perm === undefined) throw machineError.NO_PERM({ disk });
  // The kernel keeps the sizes that it read at its start.
  await run('partx', ['--update', '--nr', String(index + 1), disk]);
  await preparePerm({
    device: await partitionDevice(name, index + 1),
    guid: perm.guid,
    mountPoint: '/perm',
    onStep: (step) => say(`${disk}: ${step} made`),
  });
}
