import { PARTITIONS, type PartitionName, SLOTS } from '@capsule/core';
import type { GptPartition } from '@capsule/host';

/**
 * Finds a partition of the system on its disk. A slot has the GUID by which stage0 finds it: an update that goes by a
 * name could overwrite the running system, or a partition of the operator. The others draw their GUIDs, and so have
 * their type and name. Pure.
 */
export function findPartition(
  partitions: readonly GptPartition[],
  wanted: PartitionName,
): GptPartition | undefined {
  const kind = PARTITIONS[wanted];
  const isSlot = SLOTS.some((slot) => slot === wanted);
  return partitions.find(({ type, guid, name }) =>
    isSlot ? guid === kind.guid : type === kind.type && name === wanted,
  );
}
