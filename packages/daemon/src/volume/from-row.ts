import {
  cellFromKey,
  type SnapshotRef,
  type SnapshotSchedule,
  type VolumeFilling,
  type VolumeRecord,
  type VolumeStage,
} from '@capsule/core';
import type { Row } from '@capsule/engine';

/** The import that created a volume, as its client identifies it. */
export interface ImportReceipt {
  readonly id: string;
  readonly totalBytes: number;
  readonly sha256: string;
  /** Warnings about attributes of files that could not be kept. */
  readonly warnings: readonly string[];
}

/** Converts a row of the store to a record. */
export function volumeFromRow(row: Row): VolumeRecord {
  return {
    name: String(row['name']),
    uid: String(row['uid']),
    sizeBytes: Number(row['size_bytes']),
    stage: row['stage'] as VolumeStage,
    filling: row['filling'] as VolumeFilling,
    createdAt: Number(row['created_at']),
    ...(row['holder'] === null ? {} : { holder: cellFromKey(String(row['holder'])) }),
    ...(row['source_name'] === null ? {} : { source: sourceFromRow(row) }),
    ...(row['schedule_every'] === null ? {} : { snapshotSchedule: scheduleFromRow(row) }),
  };
}

function sourceFromRow(row: Row): SnapshotRef {
  return { volume: String(row['source_volume']), snapshot: String(row['source_name']) };
}

function scheduleFromRow(row: Row): SnapshotSchedule {
  return { everySeconds: Number(row['schedule_every']), keep: Number(row['schedule_keep']) };
}

export function receiptFromRow(row: Row): ImportReceipt {
  return JSON.parse(String(row['imported'])) as ImportReceipt;
}
