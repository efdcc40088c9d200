import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { writeConsoles } from './write-consoles.ts';

const folder = await mkdtemp(join(tmpdir(), 'capsule-console-'));
after(() => rm(folder, { recursive: true }));

test('a text is on each console, after what was there before', async () => {
  const [terminal, serial] = [join(folder, 'tty1'), join(folder, 'console')];
  await writeFile(terminal, '');
  await writeFile(serial, '');
  await writeConsoles('one\ntwo\n', { terminal, serial });
  assert.equal(await readFile(terminal, 'utf8'), '\u001b[H\u001b[2Jone\r\ntwo\r\n');
  assert.equal(await readFile(serial, 'utf8'), '\r\none\r\ntwo\r\n\r\n');
});

test('one console is enough, none is a failure', async () => {
  const serial = join(folder, 'alone');
  await writeFile(serial, '');
  const nowhere = join(folder, 'nowhere');
  await writeConsoles('one', { terminal: nowhere, serial });
  assert.match(await readFile(serial, 'utf8'), /one/);
  await assert.rejects(writeConsoles('one', { terminal: nowhere, serial: nowhere }), {
    code: 'ENOENT',
  });
});
