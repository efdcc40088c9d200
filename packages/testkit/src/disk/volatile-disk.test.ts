import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { VolatileDisk } from './volatile-disk.ts';

/** Not a whole number of pages. */
const BYTES = 3 * 4096 + 512;

const place = fc
  .tuple(fc.nat(BYTES - 1), fc.nat(9000))
  .map(([offset, length]) => ({ offset, length: Math.min(length, BYTES - offset) }));
const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ what: fc.constant('write' as const), place, fill: fc.nat(255) }),
    },
    { weight: 3, arbitrary: fc.record({ what: fc.constant('read' as const), place }) },
    fc.record({
      what: fc.constantFrom('flush' as const, 'lose all' as const, 'keep all' as const),
    }),
  ),
  { maxLength: 30 },
);

test('written data can be read, and only flushed data survives a power cut', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'volatile-disk-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'disk');
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      await writeFile(path, Buffer.alloc(BYTES));
      await using disk = await VolatileDisk.open(path);
      let [seen, stored] = [Buffer.alloc(BYTES), Buffer.alloc(BYTES)];
      for (const step of all) {
        if (step.what === 'write') {
          const { offset, length } = step.place;
          const data = Buffer.alloc(length, step.fill);
          data.copy(seen, offset);
          await disk.write(offset, data);
        } else if (step.what === 'read') {
          const { offset, length } = step.place;
          assert.deepEqual(await disk.read(offset, length), seen.subarray(offset, offset + length));
        } else if (step.what === 'lose all') {
          await disk.losePower(() => false);
          seen = Buffer.from(stored);
        } else {
          if (step.what === 'flush') await disk.flush();
          else assert.equal(await disk.losePower(() => true), 0);
          stored = Buffer.from(seen);
        }
        assert.deepEqual(await readFile(path), stored);
      }
      assert.deepEqual(await disk.read(0, BYTES), seen);
    }),
  );
});

test('a power cut keeps or loses each page independently', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'volatile-disk-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'disk');
  await writeFile(path, Buffer.alloc(2 * 4096));
  await using disk = await VolatileDisk.open(path);
  await disk.write(0, Buffer.alloc(2 * 4096, 7));
  const lucky = [false, true];
  assert.equal(await disk.losePower(() => lucky.shift() ?? false), 1);
  assert.deepEqual(
    await readFile(path),
    Buffer.concat([Buffer.alloc(4096), Buffer.alloc(4096, 7)]),
  );
});
