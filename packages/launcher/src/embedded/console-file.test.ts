import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { openConsoleFile } from './console-file.ts';

const place = mkdtempSync(join(tmpdir(), 'capsule-console-'));
after(() => rmSync(place, { recursive: true, force: true }));

const read = (path: string) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

test('keeps the newest part, bounded, and loses nothing of it', () => {
  const chunks = fc.array(fc.stringMatching(/^[a-z]{1,40}$/), { minLength: 1, maxLength: 60 });
  let count = 0;
  fc.assert(
    fc.property(chunks, (written) => {
      const path = join(place, `console-${count++}`);
      using file = openConsoleFile(path, 100);
      for (const chunk of written) file.write(Buffer.from(chunk));
      const kept = read(`${path}.1`) + read(path);
      assert.ok(kept.length <= 200);
      assert.ok(written.join('').endsWith(kept));
      assert.ok(kept.endsWith(written.at(-1) ?? ''));
    }),
  );
});

test('the file of the run before stays readable', () => {
  const path = join(place, 'again');
  for (const text of ['first', 'second']) {
    using file = openConsoleFile(path);
    file.write(Buffer.from(text));
  }
  assert.deepEqual([read(`${path}.1`), read(path)], ['first', 'second']);
});
