import { type RanInWorkload, runInWorkload } from '@capsule/testkit/run-in-workload';
import type { VmSetting } from './vm-setting.ts';

const LIMIT_MS = 60_000;

/** Runs a script or a command in a workload to its end, with `input` on stdin if given. */
export async function runIn(
  { client, slowness }: VmSetting,
  name: string,
  script: string | readonly string[],
  input?: string,
): Promise<RanInWorkload> {
  return runInWorkload(client, {
    name,
    command: typeof script === 'string' ? ['/bin/sh', '-c', script] : script,
    limitMs: LIMIT_MS * slowness,
    ...(input === undefined ? {} : { input }),
  });
}
