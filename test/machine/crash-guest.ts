/**
 * Runs inside a virtual machine. The first time, its kernel panics, and the disk records that. The second
 * time, the program fails.
 */
import { open, writeFile } from 'node:fs/promises';
import { runGuestProgram } from '@capsule/testkit/guest-program';

const DISK = '/dev/vdb';
const MARK = 1;

runGuestProgram(async () => {
  await using disk = await open(DISK, 'r+');
  const sector = Buffer.alloc(512);
  await disk.read(sector, 0, sector.length, 0);
  if (sector[0] === MARK) throw new Error('it has crashed before');
  sector[0] = MARK;
  await disk.write(sector, 0, sector.length, 0);
  await disk.sync();
  await writeFile('/proc/sysrq-trigger', 'c');
});
