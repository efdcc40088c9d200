import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeWorkingDir } from './working-dir.ts';

const RUNC =
  'OCI runtime exec failed: exec failed: unable to start container process: chdir to cwd ("/no where") set in config.json failed: no such file or directory';

test('the text of runc or crun about a working directory names the folder and the reason', () => {
  const message = (said: string) => describeWorkingDir('web', said, undefined)?.message;
  assert.equal(message(RUNC), 'container web cannot work in /no where: no such file or directory');
  assert.equal(
    message('chdir to `/etc/passwd`: Not a directory'),
    'container web cannot work in /etc/passwd: not a directory',
  );
});

test('a program that is not there is no matter of the working directory', () => {
  const said = 'exec: "/no/such": stat /no/such: no such file or directory';
  assert.equal(describeWorkingDir('web', said, undefined), undefined);
});
