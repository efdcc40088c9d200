import { readFile } from 'node:fs/promises';
import { benchError } from '../errors.ts';
import { type MappedMemory, parseMappings } from '../host/mapped-memory.ts';
import type { MeasuredCapsule } from '../setting/measured-capsule.ts';
import type { WatchedCapsule } from '../setting/watched-capsule.ts';

/** A process of a microVM, with its pid in the capsule. */
export interface MachineProcess {
  readonly role: string;
  readonly pid: number;
}

/** The monitor of a running microVM. */
export async function machineOf(
  capsule: WatchedCapsule<MeasuredCapsule>,
  name: string,
): Promise<MachineProcess> {
  const found = (await processesOf(capsule, name)).find(({ role }) => role === 'machine');
  if (found === undefined) throw benchError.WORKLOAD_FAILED({ name, said: 'it has no monitor' });
  return found;
}

/** All processes: the monitor, the vsock device and the log writers. */
export async function processesOf(
  capsule: WatchedCapsule<MeasuredCapsule>,
  name: string,
): Promise<readonly MachineProcess[]> {
  const { stdout } = await capsule.lab.exec(['sh', '-c', 'cat /run/capsule-microvm/*/run.json']);
  // The records of the capsule, concatenated without a separator.
  const records = stdout.split(/(?<=\})\s*(?=\{"id")/).map((text) => JSON.parse(text) as VmRun);
  return records.find(({ id }) => id.includes(`_${name}_`))?.processes ?? [];
}

interface VmRun {
  readonly id: string;
  readonly processes: readonly MachineProcess[];
}

/** The mapped memory of a process, separate from the memory of its guest. */
export async function mappedMemoryOf(
  capsule: WatchedCapsule<MeasuredCapsule>,
  { pid }: MachineProcess,
): Promise<MappedMemory> {
  return parseMappings(await readFile(capsule.pathOf(`/proc/${pid}/smaps`), 'utf8'));
}
