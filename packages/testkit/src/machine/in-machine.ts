import { basename } from 'node:path';
import { type TestContext, test } from 'node:test';
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

/**
 * Runs a test file in a virtual machine with empty disks. True inside of it; outside it adds one test, with
 * the results from inside below it, and answers false.
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
  const { disks: count = 1, files, ...rest } = parts;
  await using disks = await BlankDisks.make(count);
  // Not loaded inside of the machine, where nothing is built.
  const { startMachine } = await import('./start-machine.ts');
  const request = {
    ...rest,
    program: file,
    disks: disks.paths,
    ...(files && { files: await files() }),
  };
  await using machine = await startMachine(request);
  const said: string[] = [];
  // What a failed test says comes after its result.
  let last: Result | undefined;
  const tell = async () => {
    if (last === undefined) return;
    const { title, verdict, skip, at } = last;
    last = undefined;
    const details = said.slice(at, at + 30);
    // A suite is told beside its tests.
    if (details.slice(0, 5).some((line) => line.includes("type: 'suite'"))) return;
    await t.test(title, { skip: skip ?? false }, (inner) => {
      for (const line of details) {
        const remark = REMARK.exec(line)?.[1];
        if (remark !== undefined) inner.diagnostic(remark);
      }
      inner.assert.equal(verdict, 'ok', details.join('\n'));
    });
  };
  for await (const line of machine.lines) {
    const [, depth = '', verdict, name = '', skip] = RESULT.exec(line) ?? [];
    if (verdict !== undefined) {
      await tell();
      last = { title: `${depth}${name}`, verdict, skip, at: said.length };
    }
    said.push(line);
  }
  await tell();
  const exitCode = await machine.exitCode;
  if (exitCode === 0) return;
  const screen = (await machine.console()).slice(-CONSOLE_CHARACTERS);
  t.assert.fail([...said.slice(-100), 'The console:', screen].join('\n'));
}

interface Result {
  readonly title: string;
  readonly verdict: string;
  /** Why it was not run. */
  readonly skip: string | undefined;
  readonly at: number;
}
