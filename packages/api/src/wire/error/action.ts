import { create } from '@bufbuild/protobuf';
import type { RemedyAction } from '@capsule/core';
import { ActionSchema, type Action as WireAction } from '../../gen/capsule/v1/error_pb.ts';
import { clip } from '../clip.ts';

/** An argument may quote what a caller sent, of any length. */
const TEXT_MAX_BYTES = 256;

export function actionToProto({ name, args, text, isShort }: RemedyAction): WireAction {
  const values = Object.entries(args).map(([argument, value]) => [
    argument,
    value === true ? '' : clip(value, TEXT_MAX_BYTES),
  ]);
  const message = { name, args: Object.fromEntries(values), text: clip(text, TEXT_MAX_BYTES) };
  return create(ActionSchema, { ...message, short: isShort });
}

export function actionFromProto({ name, args, text, short }: WireAction): RemedyAction {
  const values = Object.entries(args).map(([argument, value]) => [
    argument,
    value === '' ? true : value,
  ]);
  return { name, args: Object.fromEntries(values), text, isShort: short };
}
