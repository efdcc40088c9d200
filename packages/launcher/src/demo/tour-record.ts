import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from '@capsule/host';

/** The file in the capsule's state that says that the tour ran to its end. */
const RECORD = 'tour-shown';

/** Whether an earlier `npm start` has shown this capsule's tour to its end. */
export function isTourShown(stateDir: string): Promise<boolean> {
  return exists(join(stateDir, RECORD));
}

export async function recordTour(stateDir: string): Promise<void> {
  await writeFile(join(stateDir, RECORD), '');
}
