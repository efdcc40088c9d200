import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BlankDisks, startMachine } from '@capsule/testkit';
import { reportOf } from '@capsule/testkit/guest-program';
import { type Benchmark, samplesOf } from '../benchmark.ts';
import { benchError } from '../errors.ts';
import type { Start } from './measure-start.ts';
import { vmStartFigures } from './vm-start-figures.ts';

const LIMIT_MS = 30 * 60_000;

/**
 * P3 with KVM, on a machine without KVM: the whole capsule runs in an emulated machine whose processor has
 * SVM. Everything there is several times slower, also capsuled, and above all the exits of a guest. So these
 * figures have no goal.
 */
export const vmStartKvm: Benchmark = async (setting) => {
  const [image = ''] = setting.image.names;
  await using disks = await BlankDisks.make(2);
  await using machine = await startMachine({
    program: join(import.meta.dirname, 'vm-start-guest.ts'),
    args: [image, String(samplesOf(setting, 8))],
    files: {
      busybox: await readFile('/bin/busybox'),
      'image.tar': await readFile(setting.image.archive),
    },
    disks: disks.paths,
    hasKvm: true,
    memoryMib: 2048,
    timeoutMs: LIMIT_MS,
    progress: setting.say,
  });
  const starts: Start[] = [];
  const said: string[] = [];
  for await (const line of machine.lines) {
    said.push(line);
    const start = reportOf('start', line);
    if (start !== undefined) starts.push(JSON.parse(start) as Start);
  }
  if ((await machine.exitCode) !== 0) {
    throw benchError.COMMAND_FAILED({ command: 'the machine', said: said.slice(-20).join('\n') });
  }
  return vmStartFigures(starts, 'nested KVM');
};
