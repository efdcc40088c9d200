/**
 * Inside of a virtual machine: repeats on one monitor what is promised of microVMs, and tells each round.
 * `node program.cjs BACKEND SEED flush|kill ROUNDS`.
 */

import { makePerm, mountPerm, startServices } from '@capsule/testkit/guest-capsule';
import { Random } from '../e2e/lab/random.ts';
import { flush } from '../microvm/flush.ts';
import { killAmid } from '../microvm/kill.ts';
import type { Backend } from '../microvm/vm-setting.ts';
import { tell } from './power-words.ts';
import { vmSettingOf } from './vm-setting.ts';

const [, , backend = 'qemu', seed = '1', what = 'flush', rounds = '1'] = process.argv;

start();

/** A function, not a top-level await: the bundle is CommonJS. */
function start(): void {
  main().then(
    () => process.exit(0),
    (error: unknown) => {
      tell('failed', error instanceof Error ? (error.stack ?? error.message) : String(error));
      process.exit(1);
    },
  );
}

async function main(): Promise<void> {
  await makePerm();
  await mountPerm();
  await using services = await startServices();
  const repeat = what === 'kill' ? killAmid : flush;
  await repeat({
    setting: vmSettingOf(services),
    backend: backend as Backend,
    random: new Random(Number(seed)),
    rounds: Number(rounds),
    say: (line) => tell('round', line),
  });
}
