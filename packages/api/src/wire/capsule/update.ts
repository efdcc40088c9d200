import { create } from '@bufbuild/protobuf';
import type { SlotName, UpdateEntry, UpdateState } from '@capsule/core';
import {
  UpdateEntrySchema,
  type UpdateEntry as WireEntry,
  UpdateState as WireState,
} from '../../gen/capsule/v1/capsule_pb.ts';
import { defineChoice } from '../choice.ts';
import { clip } from '../clip.ts';

const REASON_MAX_BYTES = 4096;

const state = defineChoice<UpdateState, WireState>({
  writing: WireState.WRITING,
  ready: WireState.READY,
  trial: WireState.TRIAL,
  confirmed: WireState.CONFIRMED,
  'rolled-back': WireState.ROLLED_BACK,
  failed: WireState.FAILED,
});

export function updateToProto(update: UpdateEntry): WireEntry {
  return create(UpdateEntrySchema, {
    state: state.toProto(update.state),
    fromSlot: update.from.slot,
    fromVersion: update.from.version,
    toSlot: update.to.slot,
    toVersion: update.to.version,
    startedAtUnixMs: BigInt(update.startedAt),
    endedAtUnixMs: BigInt(update.endedAt ?? 0),
    reason: clip(update.reason ?? '', REASON_MAX_BYTES),
    log: [...(update.log ?? [])],
  });
}

/** Undefined for a state of a later version. */
export function updateFromProto(update: WireEntry): UpdateEntry | undefined {
  const known = state.fromProto(update.state);
  if (known === undefined) return undefined;
  const endedAt = Number(update.endedAtUnixMs);
  return {
    state: known,
    from: { slot: update.fromSlot as SlotName, version: update.fromVersion },
    to: { slot: update.toSlot as SlotName, version: update.toVersion },
    startedAt: Number(update.startedAtUnixMs),
    ...(endedAt > 0 && { endedAt }),
    ...(update.reason !== '' && { reason: update.reason }),
    ...(update.log.length > 0 && { log: update.log }),
  };
}
