import { create } from '@bufbuild/protobuf';
import type { FieldChange } from '@capsule/core';
import {
  FieldChangeSchema,
  type FieldChange as WireFieldChange,
} from '../../gen/capsule/v1/workload_pb.ts';

/** Values travel as JSON; an absent one is empty. */
export function fieldChangeToProto(change: FieldChange): WireFieldChange {
  const { path, before, after, recreates } = change;
  return create(FieldChangeSchema, {
    path,
    before: toJson(before),
    after: toJson(after),
    recreates,
  });
}

function toJson(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value);
}
