import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rightProblems } from './right-problems.ts';

const rpc = (name: string, right?: string) => ({
  name,
  inputType: '.a.In',
  outputType: '.a.Out',
  ...(right === undefined ? {} : { options: { '[capsule.v1.needs]': right } }),
});

test('an RPC without a right, or with the unspecified one, is a problem; others are none', () => {
  const method = [rpc('Get', 'RIGHT_VIEWER'), rpc('Open'), rpc('Close', 'RIGHT_UNSPECIFIED')];
  const files = [
    { name: 'a.proto', package: 'a' },
    { name: 'b.proto', package: 'a', service: [{ name: 'DoorService', method }] },
  ];
  assert.deepEqual(
    rightProblems(files).map((line) => line.replace(/ has.*/, '')),
    ['proto/b.proto: DoorService.Open', 'proto/b.proto: DoorService.Close'],
  );
});
