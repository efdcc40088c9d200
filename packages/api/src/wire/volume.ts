import { create } from '@bufbuild/protobuf';
import type { Volume, VolumeState } from '@capsule/core';
import {
  VolumeSchema,
  VolumeState as WireState,
  type Volume as WireVolume,
} from '../gen/capsule/v1/volume_pb.ts';

const STATES: Readonly<Record<VolumeState, WireState>> = {
  ready: WireState.READY,
  creating: WireState.CREATING,
  deleting: WireState.DELETING,
  orphaned: WireState.ORPHANED,
  lost: WireState.LOST,
};

export function volumeToProto(volume: Volume): WireVolume {
  const { name, sizeBytes, usedBytes, hostPath = '', holder, createdAt, state } = volume;
  return create(VolumeSchema, {
    ...{ name, hostPath, state: STATES[state] },
    sizeBytes: BigInt(sizeBytes),
    usedBytes: BigInt(usedBytes),
    mountedBy: holder === undefined ? [] : [holder],
    createdAtUnix: BigInt(Math.floor((createdAt ?? 0) / 1000)),
  });
}

/** What a volume is in, in the words of people. */
export function volumeStateFromProto(state: WireState): VolumeState {
  const found = Object.entries(STATES).find(([, wire]) => wire === state);
  return (found?.[0] ?? 'ready') as VolumeState;
}
