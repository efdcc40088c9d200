import assert from 'node:assert/strict';
import { test } from 'node:test';
import { processError } from '../process/errors.ts';
import { classifyNftFailure } from './nft-errors.ts';

function failed(stderr: string): { code: string } {
  const ran = { command: 'nft', args: ['-f', '-'], exitCode: 1, stdout: '', stderr };
  return classifyNftFailure(processError.FAILED({ ...ran, killedBy: null })) as { code: string };
}

/** As nftables 1.0.6 and 1.1 print them. */
const PRINTED: readonly (readonly [string, string])[] = [
  ['Error: No such file or directory\nlist table inet capsule\n', 'NFT_NOT_FOUND'],
  ['Operation not permitted (you must be root)\n', 'NFT_DENIED'],
  ['/dev/stdin:1:1-5: Error: Could not process rule: Operation not permitted\n', 'NFT_DENIED'],
  ['/dev/stdin:1:1-5: Error: Could not process rule: Operation not supported\n', 'NFT_UNSUPPORTED'],
  ['/dev/stdin:5:35-41: Error: unknown datatype ct_zone\n', 'NFT_REFUSED'],
];

for (const [printed, code] of PRINTED) {
  test(`${JSON.stringify(printed)} is ${code}`, () => {
    assert.equal(failed(printed).code, code);
  });
}

test('any other error passes unchanged', () => {
  const reason = new RangeError('aborted');
  assert.equal(classifyNftFailure(reason), reason);
});
