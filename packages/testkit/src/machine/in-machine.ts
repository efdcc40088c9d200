import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';

const DISK_BYTES = 8 * 1024 ** 3;
/** Of TAP: the tests of the file's suites, four blanks deep for each. */
const RESULT = /^( *)(not ok|ok) \d+ - (.*?)(?: # .*)?$/;

/**
 * Runs a test file in a virtual machine with an empty disk, /dev/vdb. True inside of it; outside it adds
 * one test, with the results from inside below it, and answers false.
 *
 *     if (inMachine(import.meta.filename)) { test(…) }
 */
export function inMachine(file: string): boolean {
  if (process.env['CAPSULE_TEST_IN_MACHINE'] === '1') return true;
  const isRoot = process.getuid?.() === 0;
  const skip = isRoot ? process.arch !== 'x64' && 'only x86_64 is emulated' : 'needs root';
  test(`${basename(file)} in a virtual machine`, { skip }, (t) => runInside(t, file));
  return false;
}

async function runInside(t: TestContext, file: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'capsule-disk-'));
  t.after(() => rm(folder, { recursive: true }));
  const disk = join(folder, 'disk');
  await writeFile(disk, '');
  await truncate(disk, DISK_BYTES);
  // Not loaded inside of the machine, where nothing is built.
  const { startMachine } = await import('./start-machine.ts');
  await using machine = await startMachine({ program: file, disks: [disk] });
  const said: string[] = [];
  // What a failed test says comes after its result.
  let last: { readonly title: string; readonly verdict: string; readonly at: number } | undefined;
  const tell = async () => {
    if (last === undefined) return;
    const { title, verdict, at } = last;
    last = undefined;
    const details = said.slice(at, at + 30);
    // A suite is told beside its tests.
    if (details.slice(0, 5).some((line) => line.includes("type: 'suite'"))) return;
    await t.test(title, () => t.assert.equal(verdict, 'ok', details.join('\n')));
  };
  for await (const line of machine.lines) {
    const [, depth = '', verdict, name = ''] = RESULT.exec(line) ?? [];
    if (verdict !== undefined) {
      await tell();
      last = { title: `${depth}${name}`, verdict, at: said.length };
    }
    said.push(line);
  }
  await tell();
  t.assert.equal(await machine.exitCode, 0, said.slice(-60).join('\n'));
}
