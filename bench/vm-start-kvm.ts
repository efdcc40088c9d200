import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMachine } from '@capsule/testkit';
import { type Benchmark, samplesOf } from './benchmark.ts';
import { benchError } from './errors.ts';
import type { Start } from './measure-start.ts';
import { START_MARK } from './start-mark.ts';
import { vmStartFigures } from './vm-start-figures.ts';

const DISK_BYTES = 8 * 1024 ** 3;
const LIMIT_MS = 30 * 60_000;

/**
 * P3 with KVM, on a machine without it: all of the capsule in an emulated machine whose processor has SVM. Everything
 * there, capsuled too, is several times slower than on a machine of its own, and an exit of a guest most of all: so
 * these have no goal.
 */
export const vmStartKvm: Benchmark = async (setting) => {
  const [image = ''] = setting.image.names;
  const folder = await mkdtemp(join(tmpdir(), 'capsule-bench-'));
  try {
    const disks = [join(folder, 'pool'), join(folder, 'perm')];
    for (const disk of disks) {
      await writeFile(disk, '');
      await truncate(disk, DISK_BYTES);
    }
    await using machine = await startMachine({
      program: join(import.meta.dirname, 'vm-start-guest.ts'),
      args: [image, String(samplesOf(setting, 8))],
      files: {
        busybox: await readFile('/bin/busybox'),
        'image.tar': await readFile(setting.image.archive),
      },
      ...{ disks, hasKvm: true, memoryMib: 2048, timeoutMs: LIMIT_MS, progress: setting.say },
    });
    const starts: Start[] = [];
    const said: string[] = [];
    for await (const line of machine.lines) {
      said.push(line);
      if (line.startsWith(START_MARK))
        starts.push(JSON.parse(line.slice(START_MARK.length)) as Start);
    }
    if ((await machine.exitCode) !== 0) {
      throw benchError.COMMAND_FAILED({ command: 'the machine', said: said.slice(-20).join('\n') });
    }
    return vmStartFigures(starts, 'nested KVM');
  } finally {
    await rm(folder, { recursive: true });
  }
};
