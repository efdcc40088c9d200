/**
 * `npm run check`: everything that is known to be wrong without running a capsule. One line for
 * each check, and the output of those that fail.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';

interface Check {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
}

const root = join(import.meta.dirname, '..');
const node = process.execPath;
/** As npm does for its scripts; here also for a direct start of this file. */
const env = {
  ...process.env,
  PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
};
/** A check that takes longer hangs. Alone they take under a minute; in `npm test`, compilers run at the same time. */
const CHECK_TIMEOUT_MS = 300_000;

/** The long ones first, so that none is left alone at the end. */
const CHECKS: readonly Check[] = [
  { name: 'unit tests', argv: [node, 'tools/unit-tests.ts', '--test-reporter=dot'] },
  { name: 'generated', argv: [node, 'tools/generate.ts', '--check'] },
  { name: 'types', argv: ['tsc', '--noEmit'] },
  { name: 'format, lint', argv: ['biome', 'ci', '--colors=off', '.'] },
  { name: 'proto lint', argv: ['buf', 'lint'] },
  { name: 'wire numbers', argv: ['buf', 'breaking', '--against', 'proto/frozen/capsule-v1.binpb'] },
  { name: 'rights', argv: [node, 'tools/check-rights.ts'] },
  { name: 'layers', argv: [node, 'tools/check-layers.ts'] },
  { name: 'style', argv: [node, 'tools/check-style.ts'] },
];

const waiting = [...CHECKS];
const workers = Math.min(availableParallelism(), 4);
const results = await Promise.all(Array.from({ length: workers }, worker));
process.exitCode = results.every(Boolean) ? 0 : 1;

async function worker(): Promise<boolean> {
  let passed = true;
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    passed = (await perform(check)) && passed;
  }
  return passed;
}

async function perform({ name, argv: [command, ...args] }: Check): Promise<boolean> {
  const startedAt = performance.now();
  // A group of its own, so that a check that hangs goes with all its children.
  const child = spawn(command, args, {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const timer = setTimeout(
    () => child.pid && process.kill(-child.pid, 'SIGKILL'),
    CHECK_TIMEOUT_MS,
  );
  const exit = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  const [code, stdout, stderr] = await Promise.all([exit, text(child.stdout), text(child.stderr)]);
  clearTimeout(timer);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)\n`);
  if (code !== 0) process.stdout.write(`${stdout}${stderr}\n`);
  return code === 0;
}
