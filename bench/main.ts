/**
 * `npm run bench [-- --only P1,P2] [--quick] [--long] [--write]`: measures the figures of
 * docs/reference/figures.md against peers, in one run. `--quick` takes a fifth of the samples,
 * `--long` goes on for hours where that shows more, `--write` puts the figures of the benchmarks that ran into the
 * document, after each of them.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isCapsuleError } from '@capsule/core';
import { buildImage } from '@capsule/imager';
import type { Benchmark, Setting } from './benchmark.ts';
import { apply } from './container/apply.ts';
import { burst } from './container/burst.ts';
import { cell } from './container/cell.ts';
import { cells } from './container/cells.ts';
import { churn } from './container/churn.ts';
import { copy } from './container/copy.ts';
import { exec } from './container/exec.ts';
import { execDaemon } from './container/exec-daemon.ts';
import { growth } from './container/growth.ts';
import { idle } from './container/idle.ts';
import { list } from './container/list.ts';
import { memory } from './container/memory.ts';
import { push } from './container/push.ts';
import { start } from './container/start.ts';
import { benchError } from './errors.ts';
import { renderFigures } from './figure/render-figures.ts';
import type { Result } from './figure/results.ts';
import { writeFigures } from './figure/write-figures.ts';
import { busyCores } from './host/busy-cores.ts';
import { readMachine } from './host/machine.ts';
import { vmBurst } from './microvm/vm-burst.ts';
import { vmCopy } from './microvm/vm-copy.ts';
import { vmDisk } from './microvm/vm-disk.ts';
import { vmExec } from './microvm/vm-exec.ts';
import { vmMemory } from './microvm/vm-memory.ts';
import { vmSnapshot } from './microvm/vm-snapshot.ts';
import { vmStart } from './microvm/vm-start.ts';
import { vmStartKvm } from './microvm/vm-start-kvm.ts';
import { machine } from './os/machine.ts';
import { authentication } from './remote/authentication.ts';
import { copyOverTls } from './remote/copy-over-tls.ts';
import { benchImage } from './setting/bench-image.ts';
import { volumeAttach } from './volume/volume-attach.ts';
import { volumeIo } from './volume/volume-io.ts';
import { volumeSnapshot } from './volume/volume-snapshot.ts';

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  P1: apply,
  P2: burst,
  P3: vmStart,
  'P3-kvm': vmStartKvm,
  P4: vmDisk,
  P5: vmMemory,
  P6: memory,
  'P6-churn': churn,
  P7: list,
  P8: exec,
  'P8-daemon': execDaemon,
  P9: copy,
  P10: push,
  P11: idle,
  P12: machine,
  P14: start,
  P15: cell,
  'P15-cells': cells,
  P16: authentication,
  'P16-bulk': copyOverTls,
  G1: growth,
  M1: vmBurst,
  M2: vmExec,
  M3: vmCopy,
  M4: vmSnapshot,
  V1: volumeSnapshot,
  V2: volumeAttach,
  V3: volumeIo,
};

const FIGURES = join(import.meta.dirname, '../docs/reference/figures.md');

const say = (line: string) => void process.stderr.write(`${line}\n`);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => stop.abort(new RangeError(`ended by ${signal}`)));
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

try {
  await main();
} catch (error) {
  if (!isCapsuleError(error) && !stop.signal.aborted) throw error;
  const { message, hint } = error as { message: string; hint?: string };
  say([`error: ${message}`, hint].filter(Boolean).join('\n'));
  process.exitCode = isCapsuleError(error) && error.kind === 'invalid' ? 2 : 1;
}

async function main(): Promise<void> {
  const cacheDir = process.env['CAPSULE_CACHE'] ?? '/var/cache/capsule';
  const common = { cacheDir, env: process.env, progress: say };
  const setting: Setting = {
    image: await buildImage({ ...common, recipe: benchImage }),
    effort: values.quick ? 0.2 : 1,
    isLong: values.long,
    say,
    signal: stop.signal,
  };
  const asked = values.only?.split(',') ?? Object.keys(BENCHMARKS);
  const unknown = asked.filter((id) => !(id in BENCHMARKS));
  if (unknown.length > 0)
    throw benchError.UNKNOWN({ ids: unknown, known: Object.keys(BENCHMARKS) });
  for (const id of asked) {
    say(`${id} …`);
    const machine = await readMachine();
    const before = await busyCores(machine.cores, stop.signal);
    const figures = ((await BENCHMARKS[id]?.(setting)) ?? []).map((one) => ({ ...one, id }));
    const others = Math.max(before, await busyCores(machine.cores, stop.signal));
    const result: Result = { machine: { ...machine, others }, figures };
    process.stdout.write(`${renderFigures(result)}\n`);
    // Written after each: a run may be interrupted.
    if (values.write) await writeFigures(FIGURES, { [id]: result }, Object.keys(BENCHMARKS));
  }
}
