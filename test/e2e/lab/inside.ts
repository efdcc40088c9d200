import type { RunResult } from '@capsule/host';
import type { Lab } from '@capsule/testkit';

let lastId = 0;

/** Runs a program in a running workload, by containerd's own client. Any exit code is fine. */
export async function inside(
  lab: Lab,
  workload: string,
  ...argv: readonly string[]
): Promise<RunResult> {
  lastId += 1;
  const task = `default_default_${workload}_${workload}`;
  const exec = ['ctr', '--namespace', 'kukeon-main', 'tasks', 'exec', '--exec-id', `e${lastId}`];
  const allow = Array.from({ length: 256 }, (_, code) => code);
  return lab.exec([...exec, task, ...argv], { allow });
}
