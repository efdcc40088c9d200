import { basename } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isCapsuleError } from '@capsule/core';
import { BlankDisks } from './blank-disks.ts';

/** Parts of a test file's machine, in addition to a processor and its memory. */
export interface MachineParts {
  /** Empty ones: /dev/vdb and on. Default 1. */
  readonly disks?: number;
  /** As in `MachineRequest`. */
  readonly hasKvm?: boolean;
  readonly memoryMib?: number;
  readonly timeoutMs?: number;
  /** Files for the tests, by their name in /tmp; asked for outside. */
  readonly files?: () => Promise<Readonly<Record<string, Uint8Array>>>;
  /** The words that the tests find in `process.argv`, from the third on. */
  readonly args?: readonly string[];
}

const CONSOLE_CHARACTERS = 4_000;
const LAST_LINES = 100;

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
  if (run.failure !== undefined) {
    for (const line of run.said.slice(-LAST_LINES)) t.diagnostic(line);
    throw run.failure;
  }
  if (run.exitCode === 0) return;
  t.assert.fail([...run.said.slice(-LAST_LINES), 'The console:', run.screen].join('\n'));
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
    program: file,
    disks: disks.paths,
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

/** One test below this one for each of inside. */
async function report(t: TestContext, said: readonly string[]): Promise<void> {
  const { readResults } = await import('./read-results.ts');
  for (const { title, isOk, skip, remarks, details } of readResults(said)) {
    await t.test(title, { skip: skip ?? false }, (inner) => {
      for (const remark of remarks) inner.diagnostic(remark);
      inner.assert.equal(isOk, true, details.join('\n'));
    });
  }
}
