import { readFile } from 'node:fs/promises';
import { benchError } from '../errors.ts';
import { type MappedMemory, parseMappings } from '../host/mapped-memory.ts';
import type { MeasuredCapsule } from '../setting/measured-capsule.ts';
import type { WatchedCapsule } from '../setting/watched-capsule.ts';

/** A process of a microVM, by its number in the capsule. */
export interface MachineProcess {
  readonly role: string;
  readonly pid: number;
}

/** The monitor of a microVM that runs. */
export async function machineOf(
  capsule: WatchedCapsule<MeasuredCapsule>,
  name: string,
): Promise<MachineProcess> {
  const found = (await processesOf(capsule, name)).find(({ role }) => role === 'machine');
  if (found === undefined) throw benchError.WORKLOAD_FAILED({ name, said: 'it has no monitor' });
  return found;
}

/** All of them: the monitor, what carries its vsock, the writers of its logs. */
export async function processesOf(
  capsule: WatchedCapsule<MeasuredCapsule>,
  name: string,
): Promise<readonly MachineProcess[]> {
  const { stdout } = await capsule.lab.exec(['sh', '-c', 'cat /run/capsule-microvm/*/run.json']);
  // One record each, as the capsule wrote it, without anything between them.
  const records = stdout.split(/(?<=\})\s*(?=\{"id")/).map((text) => JSON.parse(text) as VmRun);
  return records.find(({ id }) => id.includes(`_${name}_`))?.processes ?? [];
}

interface VmRun {
  readonly id: string;
  readonly processes: readonly MachineProcess[];
}

/** The mapped memory of a process, with that of its guest apart. */
export async function mappedMemoryOf(
  capsule: WatchedCapsule<MeasuredCapsule>,
  { pid }: MachineProcess,
): Promise<MappedMemory> {
  return parseMappings(await readFile(capsule.pathOf(`/proc/${pid}/smaps`), 'utf8'));
}
