import type { ImagePullPolicy, Problem, RestartPolicy, UpdatePolicy } from '@capsule/core';
import {
  ImagePullPolicy as WirePull,
  RestartPolicy as WireRestart,
  UpdatePolicy as WireUpdate,
} from '../../gen/capsule/v1/workload_pb.ts';
import { type Choice, defineChoice } from '../choice.ts';

export const restartPolicy = defineChoice<RestartPolicy, WireRestart>({
  always: WireRestart.ALWAYS,
  onFailure: WireRestart.ON_FAILURE,
  unlessStopped: WireRestart.UNLESS_STOPPED,
  never: WireRestart.NEVER,
});

export const imagePullPolicy = defineChoice<ImagePullPolicy, WirePull>({
  ifNotPresent: WirePull.IF_NOT_PRESENT,
  always: WirePull.ALWAYS,
  never: WirePull.NEVER,
});

export const updatePolicy = defineChoice<UpdatePolicy, WireUpdate>({
  replace: WireUpdate.REPLACE,
  rollback: WireUpdate.ROLLBACK,
});

/** Returns `absent` for an unset number; an unknown number is a problem. */
export function choiceFromProto<Word extends string, Wire extends number>(
  choice: Choice<Word, Wire>,
  wire: Wire,
  { absent, path, problems }: { absent: Word; path: string; problems: Problem[] },
): Word {
  if (wire === 0) return absent;
  const known = choice.fromProto(wire);
  if (known !== undefined) return known;
  problems.push({ path, message: `number ${wire} is not known to this version` });
  return absent;
}
