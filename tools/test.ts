/**
 * `npm test [-- LANE…]`: everything that shows that Capsule works, from nothing. Lanes: check (format, layers,
 * types, unit tests), native (Rust), rootfs (the build, and what else tests take from the cache), contract (drivers against the real thing), machine (the
 * same on a kernel of its own, emulated), e2e (capsules in a lab, from outside), os (the disk image, booted). They run side by side where they
 * do not disturb each other.
 */
import { join } from 'node:path';
import { describeTimes } from './test/describe-times.ts';
import { findTests } from './test/find-tests.ts';
import { IdleCores } from './test/idle-cores.ts';
import type { Lane } from './test/lane.ts';
import { runLanes } from './test/run-lanes.ts';
import { runProgram } from './test/run-program.ts';
import { runTests } from './test/run-tests.ts';
import { SLOW_TESTS } from './test/slow-tests.ts';
import { describeSlowest } from './test/slowest.ts';

const root = join(import.meta.dirname, '..');
const MINUTE_MS = 60_000;
process.chdir(root);
// Each test file is a process, and so is each capsule's launcher: what they load is compiled once for all.
process.env['NODE_COMPILE_CACHE'] ??= join(root, 'node_modules/.cache/compiled');

/**
 * The first three compile, and wait for downloads. Promises with a deadline are tested by contract and e2e,
 * which have the cores one after the other; emulated machines take what these leave idle (`startMachine`).
 */
const LANES: readonly Lane[] = [
  program('check', 'tools/check.ts'),
  program('native', 'packages/imager/src/native-test.ts'),
  program('rootfs', 'packages/testkit/src/prepare.ts'),
  tests('contract', ['check', 'native', 'rootfs'], {
    patterns: ['packages/*/src/**/*.contract.test.ts', 'native/test/**/*.contract.test.ts'],
    concurrency: 2,
    timeoutMs: 10 * MINUTE_MS,
  }),
  tests('e2e', ['check', 'native', 'rootfs', 'contract'], {
    patterns: ['test/e2e/**/*.test.ts'],
    // More than there are cores: most files wait half of their time, for a pause or a grace.
    concurrency: 3,
    timeoutMs: 15 * MINUTE_MS,
  }),
  tests('machine', ['check', 'native', 'rootfs'], {
    patterns: ['packages/*/src/**/*.machine.test.ts', 'test/machine/**/*.test.ts'],
    concurrency: 1,
    timeoutMs: 25 * MINUTE_MS,
  }),
  tests('os', ['check', 'native', 'rootfs', 'contract', 'e2e'], {
    patterns: ['test/os/**/*.test.ts'],
    concurrency: 1,
    timeoutMs: 30 * MINUTE_MS,
  }),
];

const asked = process.argv.slice(2);
const names = LANES.map(({ name }) => name);
const unknown = asked.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no such lane: ${unknown.join(', ')}; there is ${names}\n`);
  process.exit(2);
}

const print = (text: string) => void process.stdout.write(text);
const started = performance.now();
const lanes = LANES.filter(({ name }) => asked.length === 0 || asked.includes(name));
using idle = new IdleCores();
const outcomes = await runLanes(lanes, print);
const slowest = describeSlowest(
  outcomes.flatMap(({ tests = [] }) => tests),
  SLOW_TESTS,
);
const sum = (of: 'passed' | 'failed' | 'skipped') =>
  outcomes.reduce((total, outcome) => total + outcome[of], 0);
const [passed, failed] = [sum('passed'), sum('failed')];
print(slowest);
print(describeTimes(outcomes, (performance.now() - started) / 1000));
print(idle.describe());
print(`\n${passed} passed, ${failed} failed, ${sum('skipped')} skipped\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function program(name: string, file: string): Lane {
  return { name, after: [], run: (to) => runProgram(file, to) };
}

interface Tests {
  readonly patterns: readonly string[];
  readonly concurrency: number;
  readonly timeoutMs: number;
}

function tests(name: string, after: readonly string[], { patterns, ...how }: Tests): Lane {
  return {
    name,
    after,
    run: async (to) => runTests({ ...how, files: await findTests(root, patterns) }, to),
  };
}
