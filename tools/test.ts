/**
 * `npm test [-- LANE…]`: everything that shows that Capsule works, from nothing. Lanes, in order:
 * check (format, layers, types, unit tests), native (Rust), rootfs (the build), contract (drivers
 * against the real thing), machine (the same on a kernel of its own, emulated), e2e (capsules in a lab,
 * from outside).
 */
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { type LaneResult, runProgram, runTests } from './test/lane.ts';

const root = join(import.meta.dirname, '..');
const MINUTE = 60_000;
process.chdir(root);

const lanes: Record<string, () => Promise<LaneResult>> = {
  check: () => runProgram(process.execPath, ['tools/check.ts']),
  native: () => runProgram(process.execPath, ['packages/imager/src/native-test.ts']),
  rootfs: () => runProgram(process.execPath, ['packages/imager/src/build.ts']),
  contract: async () =>
    runTests(
      await find(['packages/*/src/**/*.contract.test.ts', 'native/test/**/*.contract.test.ts']),
      { concurrency: 2, timeoutMs: 10 * MINUTE },
    ),
  machine: async () =>
    runTests(await find(['packages/*/src/**/*.machine.test.ts', 'test/machine/**/*.test.ts']), {
      concurrency: 2,
      timeoutMs: 10 * MINUTE,
    }),
  e2e: async () =>
    runTests(await find(['test/e2e/**/*.test.ts']), { concurrency: 2, timeoutMs: 15 * MINUTE }),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in lanes));
if (unknown.length > 0) {
  process.stderr.write(`no such lane: ${unknown.join(', ')}; there is ${Object.keys(lanes)}\n`);
  process.exit(2);
}

const total = { passed: 0, failed: 0, skipped: 0 };
for (const [name, lane] of Object.entries(lanes)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  process.stdout.write(`\n== ${name}\n`);
  const started = Date.now();
  const { passed, failed, skipped } = await lane();
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  process.stdout.write(`== ${name}: ${passed} passed, ${failed} failed, ${seconds} s\n`);
}
process.stdout.write(
  `\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`,
);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

async function find(patterns: string[]): Promise<string[]> {
  const found = await Array.fromAsync(glob(patterns, { cwd: root }));
  return found.sort().map((file) => join(root, file));
}
