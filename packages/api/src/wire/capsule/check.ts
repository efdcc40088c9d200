import { create } from '@bufbuild/protobuf';
import { type Check, type CheckLevel, isCheckSection } from '@capsule/core';
import {
  type CapsuleCheck,
  CapsuleCheckSchema,
  CheckLevel as WireLevel,
} from '../../gen/capsule/v1/capsule_pb.ts';
import { defineChoice } from '../choice.ts';
import { clip } from '../clip.ts';
import { actionFromProto, actionToProto } from '../error/action.ts';

/** A detail may list names of any number. */
const DETAIL_MAX_BYTES = 4096;

const level = defineChoice<CheckLevel, WireLevel>({
  ok: WireLevel.OK,
  warn: WireLevel.WARN,
  fail: WireLevel.FAIL,
});

export function checkToProto(check: Check): CapsuleCheck {
  const { section, name, remedy } = check;
  return create(CapsuleCheckSchema, {
    section,
    name,
    level: level.toProto(check.level),
    detail: clip(check.detail, DETAIL_MAX_BYTES),
    hint: remedy?.text ?? '',
    actions: (remedy?.actions ?? []).map(actionToProto),
  });
}

/** Undefined for a section or a level of a later version. */
export function checkFromProto({
  section,
  name,
  detail,
  ...check
}: CapsuleCheck): Check | undefined {
  const known = level.fromProto(check.level);
  if (known === undefined || !isCheckSection(section)) return undefined;
  const remedy = { text: check.hint, actions: check.actions.map(actionFromProto) };
  return { section, name, level: known, detail, ...(check.hint !== '' && { remedy }) };
}
