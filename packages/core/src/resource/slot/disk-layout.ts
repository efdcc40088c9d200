import type { SlotName } from './boot-entry.ts';

export type PartitionName = 'esp' | SlotName | 'perm';

interface PartitionKind {
  /** The type GUID, as tools for partitions know it. */
  readonly type: string;
  /**
   * The GUID that a new image has. Those of the slots stay: the kernel's command line names them, and they count only on
   * the disk that the firmware started. The first boot draws others for the rest, so that no two disks share them.
   */
  readonly guid: string;
}

const LINUX_DATA = '0fc63daf-8483-4772-8e79-3d69d8477de4';

/** The partitions of a disk, in the order in which they lie on it. */
export const PARTITIONS: Readonly<Record<PartitionName, PartitionKind>> = {
  esp: {
    type: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
    guid: 'c4a5b1e0-0000-4000-8000-000000000001',
  },
  slot_a: { type: LINUX_DATA, guid: 'c4a5b1e0-0000-4000-8000-00000000000a' },
  slot_b: { type: LINUX_DATA, guid: 'c4a5b1e0-0000-4000-8000-00000000000b' },
  perm: {
    type: 'e6d6d379-f507-44c2-a23c-238f2a3df928',
    guid: 'c4a5b1e0-0000-4000-8000-000000000002',
  },
};

/** The GUID of the disk itself in a new image. */
export const NEW_DISK_GUID = 'c4a5b1e0-0000-4000-8000-000000000000';
