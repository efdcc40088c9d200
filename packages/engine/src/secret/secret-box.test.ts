import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { SecretBox } from './secret-box.ts';

async function keyFile(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-secret-'));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, 'secret.key');
}

test('a later process opens a sealed secret, and no two seals are alike', async (t) => {
  const path = await keyFile(t);
  const box = new SecretBox(path);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, what) => {
      const sealed = box.seal(text, what);
      assert.equal(new SecretBox(path).open(sealed, what), text);
      assert.notDeepEqual(sealed, box.seal(text, what));
      assert.ok(text.length < 4 || !sealed.includes(text));
    }),
  );
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test('another name, another key and every changed byte are refused', async (t) => {
  const path = await keyFile(t);
  const box = new SecretBox(path);
  const sealed = box.seal('hunter2', 'ghcr.io');
  const unreadable = { code: 'SECRET_UNREADABLE', kind: 'dataLoss' };
  assert.throws(() => box.open(sealed, 'docker.io'), unreadable);
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.throws(() => box.open(changed, 'ghcr.io'), unreadable, `byte ${at}`);
  }
  assert.throws(() => box.open(sealed.subarray(0, 20), 'ghcr.io'), unreadable);
  await rm(path);
  const other = new SecretBox(path);
  assert.throws(() => other.open(sealed, 'ghcr.io'), { code: 'SECRET_KEY_UNUSABLE' });
  other.seal('x', 'y');
  assert.throws(() => other.open(sealed, 'ghcr.io'), unreadable);
});

test('a key whose file is removed while in use is written again by the next seal', async (t) => {
  const path = await keyFile(t);
  const box = new SecretBox(path);
  const earlier = box.seal('one', 'x');
  await rm(path);
  const later = box.seal('two', 'y');
  const next = new SecretBox(path);
  assert.deepEqual([next.open(earlier, 'x'), next.open(later, 'y')], ['one', 'two']);
});

test('a key restored from a copy is used, and not overwritten', async (t) => {
  const [path, elsewhere] = [await keyFile(t), await keyFile(t)];
  const sealed = new SecretBox(elsewhere).seal('one', 'x');
  const box = new SecretBox(path);
  box.seal('two', 'y');
  await writeFile(path, await readFile(elsewhere));
  box.seal('three', 'z');
  assert.equal(box.open(sealed, 'x'), 'one');
  assert.deepEqual(await readFile(path), await readFile(elsewhere));
});

test('a damaged key is reported, and never replaced', async (t) => {
  const path = await keyFile(t);
  await writeFile(path, 'short');
  assert.throws(() => new SecretBox(path).seal('x', 'y'), { code: 'SECRET_KEY_UNUSABLE' });
  assert.equal(await readFile(path, 'utf8'), 'short');
});
