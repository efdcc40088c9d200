import { LogSource } from '@capsule/api/wire';
import { benchError } from '../errors.ts';
import type { MeasuredCapsule } from '../setting/measured-capsule.ts';
import type { MicroVmSpec, WatchedCapsule } from '../setting/watched-capsule.ts';
import type { BareMachine } from './bare-machine.ts';

export const VM_SIZE = { memoryMib: 256 };

/** The time of a bare boot, and the times since the call of Apply, in milliseconds. */
export interface Start {
  readonly bare: number;
  readonly agent: number;
  readonly running: number;
  readonly ready: number;
}

/**
 * Measures one bare boot, and one microVM from its apply to the end of the first exec. Removes the microVM.
 */
export async function measureStart(
  capsule: WatchedCapsule<MeasuredCapsule>,
  machine: BareMachine,
  name: string,
  spec: MicroVmSpec = VM_SIZE,
): Promise<Start> {
  const bare = await machine.boot();
  const appliedAt = performance.timeOrigin + performance.now();
  const running = await capsule.runMicroVm(name, spec);
  await capsule.exec(name);
  const ready = performance.timeOrigin + performance.now() - appliedAt;
  const agent = (await agentReadyAt(capsule, name)) - appliedAt;
  await capsule.remove([name]);
  return { bare, agent, running, ready };
}

/** The time when the agent printed `ready` on the console, in milliseconds since 1970. */
async function agentReadyAt(
  { client }: WatchedCapsule<MeasuredCapsule>,
  name: string,
): Promise<number> {
  const request = { name, source: LogSource.SERIAL, timestamps: true };
  let text = '';
  for await (const { data } of client.workload.logs(request)) text += Buffer.from(data).toString();
  const at = /^(\S+) .*capsule-guest: ready/m.exec(text)?.[1];
  if (at === undefined) throw benchError.WORKLOAD_FAILED({ name, said: 'its agent is not ready' });
  return Date.parse(at);
}
