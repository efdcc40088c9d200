/**
 * Runs inside a virtual machine. Repeats the tests of microVMs on one monitor, and reports each round. `node
 * program.cjs BACKEND SEED flush|kill ROUNDS`.
 */
import { makePerm, mountPerm, startServices } from '@capsule/testkit/guest-capsule';
import { report, runGuestProgram } from '@capsule/testkit/guest-program';
import { Random } from '../lab/random.ts';
import { flush } from '../microvm/flush.ts';
import { killAmid } from '../microvm/kill.ts';
import type { Backend } from '../microvm/vm-setting.ts';
import { vmSettingOf } from './vm-setting.ts';

const [, , backend = 'qemu', seed = '1', what = 'flush', rounds = '1'] = process.argv;

runGuestProgram(main);

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
    say: (line) => report('round', line),
  });
}
