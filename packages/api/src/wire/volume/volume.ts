import { create } from '@bufbuild/protobuf';
import type { Snapshot, SnapshotSchedule, Volume, VolumeState } from '@capsule/core';
import {
  SnapshotScheduleSchema,
  SnapshotState,
  VolumeSchema,
  type VolumeSnapshot,
  VolumeSnapshotSchema,
  type SnapshotSchedule as WireSchedule,
  VolumeState as WireState,
  type Volume as WireVolume,
} from '../../gen/capsule/v1/volume_pb.ts';

const STATES: Readonly<Record<VolumeState, WireState>> = {
  ready: WireState.READY,
  creating: WireState.CREATING,
  deleting: WireState.DELETING,
  orphaned: WireState.ORPHANED,
  lost: WireState.LOST,
  restoring: WireState.RESTORING,
  importing: WireState.IMPORTING,
};

const SNAPSHOT_STATES: Readonly<Record<Snapshot['state'], SnapshotState>> = {
  ready: SnapshotState.READY,
  creating: SnapshotState.CREATING,
  deleting: SnapshotState.DELETING,
  orphaned: SnapshotState.ORPHANED,
  lost: SnapshotState.LOST,
};

export function volumeToProto(volume: Volume): WireVolume {
  const { name, sizeBytes, usedBytes, hostPath = '', holder, createdAt, state } = volume;
  const { snapshotSchedule } = volume;
  return create(VolumeSchema, {
    name,
    hostPath,
    state: STATES[state],
    sizeBytes: BigInt(sizeBytes),
    usedBytes: BigInt(usedBytes),
    mountedBy: holder === undefined ? [] : [holder],
    createdAtUnix: BigInt(Math.floor((createdAt ?? 0) / 1000)),
    ...(snapshotSchedule && { snapshotSchedule: scheduleToProto(snapshotSchedule) }),
  });
}

/** Returns the state of a volume as a word of the domain. */
export function volumeStateFromProto(state: WireState): VolumeState {
  const found = Object.entries(STATES).find(([, wire]) => wire === state);
  return (found?.[0] ?? 'ready') as VolumeState;
}

export function scheduleToProto({ everySeconds, keep }: SnapshotSchedule): WireSchedule {
  return create(SnapshotScheduleSchema, { everySeconds: BigInt(everySeconds), keep });
}

/** Undefined where there is no schedule. */
export function scheduleFromProto(wire: WireSchedule | undefined): SnapshotSchedule | undefined {
  if (wire === undefined || wire.everySeconds === 0n) return undefined;
  return { everySeconds: Number(wire.everySeconds), keep: wire.keep };
}

export function snapshotToProto(snapshot: Snapshot): VolumeSnapshot {
  const { volume, snapshot: name, sizeBytes, usedBytes, createdAt, state, origin } = snapshot;
  return create(VolumeSnapshotSchema, {
    volume,
    name,
    state: SNAPSHOT_STATES[state],
    scheduled: origin === 'scheduled',
    sizeBytes: BigInt(sizeBytes),
    usedBytes: BigInt(usedBytes),
    createdAtUnix: BigInt(Math.floor(createdAt / 1000)),
  });
}

/** Returns the state of a snapshot as a word of the domain. */
export function snapshotStateFromProto(state: SnapshotState): Snapshot['state'] {
  const found = Object.entries(SNAPSHOT_STATES).find(([, wire]) => wire === state);
  return (found?.[0] ?? 'ready') as Snapshot['state'];
}
