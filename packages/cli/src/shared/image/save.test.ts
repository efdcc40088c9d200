import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startFakeCapsule } from '../../testing/fake-capsule.ts';
import { type RunOptions, runCapsulectl } from '../../testing/run-capsulectl.ts';

const MIB = 1024 * 1024;

/** Saves an image of 4 MiB, whose archive has some bytes more, into a file. */
async function save(options: RunOptions) {
  const folder = await mkdtemp(join(tmpdir(), 'capsulectl-save-'));
  const path = join(folder, 'app.tar');
  try {
    await using capsule = await startFakeCapsule({
      image: {
        get: ({ name }) => ({ image: { name, sizeBytes: BigInt(4 * MIB) } }),
        async *save() {
          for (const length of [MIB, 2 * MIB, MIB, 512]) yield { data: Buffer.alloc(length, 1) };
        },
      },
    });
    const words = ['image', 'save', 'app:dev', '-o', path];
    const result = await runCapsulectl(words, { ...options, target: capsule.target });
    const { length } = await readFile(path);
    return { ...result, path, length };
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('an image that is saved shows percent of its size, and at the end the file', async () => {
  let at = 0;
  const now = () => {
    at += 100;
    return at;
  };
  const { exitCode, stdout, stderr, path, length } = await save({
    isTerminal: true,
    columns: 200,
    now,
  });
  assert.equal(exitCode, 0, stderr);
  assert.equal(stdout, `${path} written, 4 MiB\n`);
  assert.equal(length, 4 * MIB + 512);
  const percents = [...stderr.matchAll(/app:dev: saving (\d+)%, \S+ MiB of 4 MiB/g)];
  assert.deepEqual(
    percents.map(([, percent]) => percent),
    ['25', '75', '100', '100'],
  );
});

test('without a terminal only the last line is printed', async () => {
  const { stdout, stderr, path } = await save({});
  assert.deepEqual([stdout, stderr], [`${path} written, 4 MiB\n`, '']);
});
