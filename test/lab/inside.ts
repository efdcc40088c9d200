import { connectCapsule } from '@capsule/api/node';
import { type Lab, type RanInWorkload, runInWorkload } from '@capsule/testkit';

/** Runs a program in a running workload of the lab. Accepts any exit code. */
export async function inside(
  lab: Lab,
  workload: string,
  ...command: readonly string[]
): Promise<RanInWorkload> {
  await using capsule = connectCapsule(lab.host);
  return await runInWorkload(capsule, { name: workload, command });
}
