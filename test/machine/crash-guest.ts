/** Inside of a virtual machine: lets its kernel panic the first time, which its disk remembers, and fails the second. */
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
