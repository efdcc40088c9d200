import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CapsuleService } from '../../gen/capsule/v1/capsule_pb.ts';
import { IdentityService } from '../../gen/capsule/v1/identity_pb.ts';
import { Right } from '../../gen/capsule/v1/needs_pb.ts';
import { Health } from '../../gen/grpc/health/v1/health_pb.ts';
import { rightOf } from './right-of.ts';

test('the right beside an RPC in the proto file is read from its descriptor', () => {
  assert.equal(rightOf(CapsuleService.method.getInfo), Right.VIEWER);
  assert.equal(rightOf(CapsuleService.method.rebootNode), Right.ADMIN);
  assert.equal(rightOf(IdentityService.method.adopt), Right.NONE);
  assert.equal(rightOf(IdentityService.method.adoptionOpen), Right.LOCAL);
  assert.equal(rightOf(Health.method.check), Right.VIEWER);
});
