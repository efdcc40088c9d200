import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCapsuleError } from '@capsule/core';
import { Code, ConnectError } from '@connectrpc/connect';
import { describeStartError } from './start-error.ts';

function codeOf(text: string): string {
  const answer = new ConnectError(text, Code.Unknown);
  answer.isWireError = true;
  const error = describeStartError('web', answer);
  assert.ok(isCapsuleError(error));
  return error.code;
}

const RUNC =
  'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ';

test('a missing program, by name and by path', () => {
  for (const text of [
    `${RUNC}exec: "no-such": executable file not found in $PATH`,
    `${RUNC}exec: "/no/such": stat /no/such: no such file or directory`,
    `${RUNC}error during container init: exec: "/no/such": stat /no/such: no such file or directory`,
    `${RUNC}exec /bin/script: no such file or directory`,
  ]) {
    assert.equal(codeOf(text), 'RUNTIME_COMMAND_NOT_FOUND', text);
  }
});

test('a program that may not be executed', () => {
  for (const text of [
    `${RUNC}exec: "/etc/passwd": permission denied`,
    `${RUNC}exec /bin/arm: exec format error`,
    `${RUNC}exec: "/etc": is a directory`,
  ]) {
    assert.equal(codeOf(text), 'RUNTIME_COMMAND_NOT_EXECUTABLE', text);
  }
});

test('a working directory that cannot be entered', () => {
  const text = `${RUNC}chdir to cwd ("/root") set in config.json failed: permission denied`;
  assert.equal(codeOf(text), 'RUNTIME_WORKING_DIR_UNUSABLE');
});

test("any other failure keeps runc's text", () => {
  const error = codeOf(`${RUNC}error mounting "x" to rootfs: no such file or directory`);
  assert.equal(error, 'RUNTIME_START_FAILED');
});

test("an error that is not an answer of containerd's is returned unchanged", () => {
  const lost = new ConnectError('gone', Code.Internal);
  assert.equal(describeStartError('web', lost), lost);
});
