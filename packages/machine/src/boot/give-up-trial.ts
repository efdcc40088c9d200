import { planGivingUp } from '@capsule/core';
import { DiskSlots } from './disk-slots.ts';
import { slotError } from './errors.ts';
import { FailureFile } from './failure-file.ts';
import { readBootReport } from './read-boot-report.ts';

const REPORT = '/run/capsule/boot.json';

/**
 * Takes the remaining tries from the running system, so that the next boot starts the system before it, and leaves it
 * the reason. Fails with `SLOT_*`; the boot loader then counts the tries down one by one.
 */
export async function giveUpTrial(reason: string, note = new FailureFile()): Promise<void> {
  const report = await readBootReport(REPORT);
  if (report === undefined) throw slotError.UNREADABLE({ detail: `there is no ${REPORT}` });
  const { esp, generation, slots: devices } = report;
  const slots = new DiskSlots({ esp, generation, devices });
  await note.leave(generation, reason);
  const { running } = await slots.read();
  for (const { from, to } of planGivingUp(running)) await slots.rename(from, to);
}
