import assert from 'node:assert/strict';
import { test } from 'node:test';
import { processError } from '../process/errors.ts';
import { classifyIpFailure } from './ip-errors.ts';

function failed(stderr: string): unknown {
  const ran = { command: 'ip', args: ['-batch', '-'], exitCode: 1, stdout: '', stderr };
  return classifyIpFailure(processError.FAILED({ ...ran, killedBy: null }));
}

/** As iproute2 6.1 and 6.15 print them. */
const PRINTED: readonly (readonly [string, string])[] = [
  ['RTNETLINK answers: File exists\nCommand failed -:2\n', 'IP_EXISTS'],
  ['Error: ipv4: Address already assigned.\nCommand failed -:1\n', 'IP_EXISTS'],
  ['Cannot create namespace file "/run/netns/a": File exists\n', 'IP_EXISTS'],
  ['Cannot find device "br0"\n', 'IP_NOT_FOUND'],
  ['Device "br0" does not exist.\n', 'IP_NOT_FOUND'],
  ['Cannot open network namespace "a": No such file or directory\n', 'IP_NOT_FOUND'],
  ['RTNETLINK answers: Operation not permitted\n', 'IP_DENIED'],
  ['RTNETLINK answers: Network is unreachable\n', 'IP_FAILED'],
  ['', 'IP_FAILED'],
];

for (const [printed, code] of PRINTED) {
  test(`${JSON.stringify(printed)} is ${code}`, () => {
    const failure = failed(printed) as { code: string; message: string; cause: unknown };
    assert.equal(failure.code, code);
    assert.match(
      failure.message,
      new RegExp(`${printed.split('\n')[0]?.replace(/[.[\]]/g, '.')}$`),
    );
    assert.ok(failure.cause !== undefined);
  });
}

test('any other error passes unchanged', () => {
  const reason = new RangeError('aborted');
  assert.equal(classifyIpFailure(reason), reason);
  const missing = processError.NOT_STARTED({ command: 'ip' });
  assert.equal(classifyIpFailure(missing), missing);
});
