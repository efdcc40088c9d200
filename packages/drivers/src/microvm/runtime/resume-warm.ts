import { isCapsuleError } from '@capsule/core';
import type { BootConfig } from '../disk/boot-disk.ts';
import { microVmError } from '../errors.ts';
import type { Machine, RecordProcess, SnapshotVmm } from '../vmm/vmm.ts';
import { handIdentity } from '../warm/hand-identity.ts';
import type { WarmStart } from '../warm/warm-starts.ts';
import type { MicroVmContext } from './context.ts';

export interface ResumeWarm {
  readonly snapshots: SnapshotVmm;
  readonly machine: Machine;
  readonly warm: WarmStart;
  readonly identity: BootConfig;
  readonly record: RecordProcess;
  /** Fails when the machine is gone. */
  readonly isAlive: () => Promise<void>;
  /** Resolves when the guest's agent listens. */
  readonly untilReady: () => Promise<void>;
}

/**
 * Resumes a machine and gives it its identity. Any failure removes the snapshot, and is `MICROVM_NOT_RESUMED`:
 * the machine can boot instead.
 */
export async function resumeWarm(
  { warmStarts }: Pick<MicroVmContext, 'warmStarts'>,
  { snapshots, machine, warm, identity, record, isAlive, untilReady }: ResumeWarm,
): Promise<void> {
  try {
    await snapshots.resume(machine, warm.files, record);
    await handIdentity(machine, identity, isAlive);
    await untilReady();
  } catch (error) {
    await warmStarts.drop(warm);
    if (isCapsuleError(error) && error.code === microVmError.NOT_RESUMED.code) throw error;
    const why = isCapsuleError(error) ? error.message : String(error);
    throw microVmError.NOT_RESUMED({ container: machine.name, why }, error);
  }
}
