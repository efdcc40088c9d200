import { basename } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isCapsuleError } from '@capsule/core';
import { BlankDisks } from './blank-disks.ts';

/** What the machine of a test file has beside a processor and its memory. */
export interface MachineParts {
  /** Empty ones: /dev/vdb and on. Default 1. */
  readonly disks?: number;
  /** As in `MachineRequest`. */
  readonly hasKvm?: boolean;
  readonly memoryMib?: number;
  readonly timeoutMs?: number;
  /** Files for the tests, by their name in /tmp; asked for outside. */
  readonly files?: () => Promise<Readonly<Record<string, Uint8Array>>>;
  /** What the tests find in `process.argv`, from the third on. */
  readonly args?: readonly string[];
}

/** Of TAP: the tests of the file's suites, four blanks deep for each. */
const RESULT = /^( *)(not ok|ok) \d+ - (.*?)(?: # SKIP ?(.*)| # .*)?$/;
/** What a test says beside its result; at the margin there are only sums. */
const REMARK = /^ +# (?!Subtest: )(.*)$/;
const CONSOLE_CHARACTERS = 4_000;
const DETAIL_LINES = 30;

/**
 * Runs a test file in a virtual machine with empty disks. True inside of it; outside it adds one test, with
 * the results from inside below it, and answers false. A machine that crashed is started once more, which is reported.
 *
 *     if (inMachine(import.meta.filename)) { test(…) }
 */
export function inMachine(file: string, parts: MachineParts = {}): boolean {
  if (process.env['CAPSULE_TEST_IN_MACHINE'] === '1') return true;
  const isRoot = process.getuid?.() === 0;
  const skip = isRoot ? process.arch !== 'x64' && 'only x86_64 is emulated' : 'needs root';
  test(`${basename(file)} in a virtual machine`, { skip }, (t) => runInside(t, file, parts));
  return false;
}

async function runInside(t: TestContext, file: string, parts: MachineParts): Promise<void> {
  // Not loaded inside of the machine, where nothing is built.
  const { retryCrashed } = await import('./retry-crashed.ts');
  const run = await retryCrashed(
    () => runOnce(file, parts),
    (text) => t.diagnostic(text),
  );
  await report(t, run.said);
  if (run.failure !== undefined) throw run.failure;
  if (run.exitCode === 0) return;
  t.assert.fail([...run.said.slice(-100), 'The console:', run.screen].join('\n'));
}

interface Run {
  readonly said: readonly string[];
  readonly exitCode?: number;
  /** Why there is none. */
  readonly failure?: unknown;
  readonly screen: string;
}

/** In a machine with new disks. Fails when that crashed: what was said until then does not count. */
async function runOnce(file: string, parts: MachineParts): Promise<Run> {
  const { disks: count = 1, files, ...rest } = parts;
  await using disks = await BlankDisks.make(count);
  const { startMachine } = await import('./start-machine.ts');
  const { machineError } = await import('./errors.ts');
  await using machine = await startMachine({
    ...rest,
    ...{ program: file, disks: disks.paths },
    ...(files && { files: await files() }),
  });
  const said: string[] = [];
  for await (const line of machine.lines) said.push(line);
  const ended = await machine.exitCode.then(
    (exitCode) => ({ exitCode }),
    (failure: unknown) => ({ failure }),
  );
  if ('failure' in ended && isCapsuleError(ended.failure)) {
    if (ended.failure.code === machineError.CRASHED.code) throw ended.failure;
  }
  return { said, ...ended, screen: (await machine.console()).slice(-CONSOLE_CHARACTERS) };
}

/** One test below this one for each of inside. What a failed test says comes after its result. */
async function report(t: TestContext, said: readonly string[]): Promise<void> {
  for (const [at, line] of said.entries()) {
    const [, depth = '', verdict, name = '', skip] = RESULT.exec(line) ?? [];
    if (verdict === undefined) continue;
    const rest = said.slice(at + 1);
    const next = rest.findIndex((each) => RESULT.test(each));
    const details = rest.slice(0, next < 0 ? undefined : next).slice(0, DETAIL_LINES);
    // A suite is told beside its tests.
    if (details.slice(0, 5).some((each) => each.includes("type: 'suite'"))) continue;
    await t.test(`${depth}${name}`, { skip: skip ?? false }, (inner) => {
      for (const each of details) {
        const remark = REMARK.exec(each)?.[1];
        if (remark !== undefined) inner.diagnostic(remark);
      }
      inner.assert.equal(verdict, 'ok', details.join('\n'));
    });
  }
}
