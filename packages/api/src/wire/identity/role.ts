import type { Role } from '@capsule/core';
import { Role as WireRole } from '../../gen/capsule/v1/identity_pb.ts';
import { defineChoice } from '../choice.ts';

const role = defineChoice<Role, WireRole>({
  viewer: WireRole.VIEWER,
  operator: WireRole.OPERATOR,
  admin: WireRole.ADMIN,
});

export function roleToProto(word: Role): WireRole {
  return role.toProto(word);
}

/** `undefined` for an unknown one, and for none. */
export function roleFromProto(wire: WireRole): Role | undefined {
  return role.fromProto(wire);
}
