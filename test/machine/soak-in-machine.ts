import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BlankDisks, retryCrashed, startMachine } from '@capsule/testkit';
import { reportOf } from '@capsule/testkit/guest-program';
import type { Backend } from '../microvm/vm-setting.ts';
import type { VmSoakRequest } from '../microvm/vm-soak-request.ts';

const MINUTE_MS = 60_000;
/** One round has taken at most a minute on a busy machine. */
const ROUND_LIMIT_MS = 3 * MINUTE_MS;
const LINES_SHOWN = 60;

export interface MachineSoakRequest extends VmSoakRequest {
  readonly backend: Backend;
}

/**
 * Repeats the tests of microVMs on a monitor with KVM, in an emulated machine with AMD's SVM. If a promise is
 * broken, it returns the last output. If the emulated machine crashes, it starts once more.
 */
export function soakInMachine(
  request: MachineSoakRequest,
  say: (line: string) => void,
): Promise<readonly string[] | undefined> {
  return retryCrashed(() => soakOnce(request, say), say);
}

async function soakOnce(
  { backend, seed, what, rounds }: MachineSoakRequest,
  say: (line: string) => void,
): Promise<readonly string[] | undefined> {
  await using disks = await BlankDisks.make(2);
  await using machine = await startMachine({
    program: join(import.meta.dirname, 'vm-soak-guest.ts'),
    args: [backend, String(seed), what, String(rounds)],
    files: { busybox: await readFile('/bin/busybox') },
    disks: disks.paths,
    hasKvm: true,
    memoryMib: 2048,
    timeoutMs: 5 * MINUTE_MS + rounds * ROUND_LIMIT_MS,
  });
  const said: string[] = [];
  for await (const line of machine.lines) {
    said.push(line);
    const round = reportOf('round', line);
    if (round !== undefined) say(round);
  }
  return (await machine.exitCode) === 0 ? undefined : said.slice(-LINES_SHOWN);
}
