import { join } from 'node:path';
import { test } from 'node:test';
import { BlankDisks, retryCrashed, startMachine } from '@capsule/testkit';

const isRoot = process.getuid?.() === 0;
const skip = isRoot ? process.arch !== 'x64' && 'only x86_64 is emulated' : 'needs root';
/** Much shorter than the time limit of a machine, because a crash is detected immediately. */
const BOUND = { timeout: 4 * 60_000, skip };

test('a kernel panic ends the machine, and the machine is started once more', BOUND, async (t) => {
  await using disks = await BlankDisks.make(1);
  const said: string[] = [];
  const exitCode = await retryCrashed(
    async () => {
      await using machine = await startMachine({
        program: join(import.meta.dirname, 'crash-guest.ts'),
        disks: disks.paths,
        timeoutMs: 60 * 60_000,
      });
      for await (const line of machine.lines) t.diagnostic(line);
      return await machine.exitCode;
    },
    (text) => said.push(text),
  );
  // The second time, the program fails, which is not a crash.
  t.assert.equal(exitCode, 1);
  t.assert.equal(said.length, 1);
  t.assert.match(said[0] ?? '', /kernel.*crashed.*Kernel panic.*started once more/);
});
