/**
 * `npm run soak [-- --kills N] [--seed N] [--minutes N]`: random operations against a model, while
 * capsuled is killed N times (1,000 by default), containerd and shims a tenth of that each. Ends with 1,
 * the seed and the last operations when a promise was broken. `--power-cuts N` instead cuts the power of a
 * capsule in a virtual machine N times; `--flushes N` writes in a microVM and stops it at once N times, `--vm-kills N`
 * kills capsuled while a microVM starts and goes, both emulated in a lab, or with `--kvm qemu|firecracker` on that
 * monitor in a machine whose `/dev/kvm` works.
 */
import { parseArgs } from 'node:util';
import { chooseSeed, Random } from '../lab/random.ts';
import { cutPower } from '../machine/cut-power.ts';
import { soakInMachine } from '../machine/soak-in-machine.ts';
import { soakInLab } from '../microvm/soak-in-lab.ts';
import type { Backend } from '../microvm/vm-setting.ts';
import type { VmSoakRequest } from '../microvm/vm-soak-request.ts';
import { Violation } from './journal.ts';
import { describeProgress, soak } from './soak.ts';

const say = (line: string) => void process.stdout.write(`${line}\n`);
const DAY_MINUTES = 24 * 60;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '1000' },
      seed: { type: 'string', default: String(chooseSeed()) },
      minutes: { type: 'string', default: String(DAY_MINUTES) },
      'power-cuts': { type: 'string', default: '0' },
      flushes: { type: 'string', default: '0' },
      'vm-kills': { type: 'string', default: '0' },
      kvm: { type: 'string' },
    },
  });
  const { kvm, ...numbers } = values;
  const asked = Object.entries(numbers).map(([name, text]) => [name, Number(text)] as const);
  const wrong = asked.find(([, number]) => !Number.isFinite(number) || number < 0);
  if (wrong !== undefined) return refuse(`--${wrong[0]} takes a number`);
  if (kvm !== undefined && kvm !== 'qemu' && kvm !== 'firecracker') {
    return refuse('--kvm takes qemu or firecracker');
  }
  if (kvm === 'firecracker' && process.env['CAPSULE_FIRECRACKER'] === undefined) {
    return refuse(
      '--kvm firecracker needs CAPSULE_FIRECRACKER, the folder of firecracker and jailer',
    );
  }
  const { kills = 0, seed = 0, minutes = 0, flushes = 0, ...rest } = Object.fromEntries(asked);
  const { 'power-cuts': cuts = 0, 'vm-kills': vmKills = 0 } = rest;
  if ([cuts, flushes, vmKills].filter((each) => each > 0).length > 1) {
    return refuse('--power-cuts, --flushes and --vm-kills are asked for one by one');
  }
  if (kvm !== undefined && flushes + vmKills === 0) {
    return refuse('--kvm goes with --flushes or --vm-kills');
  }
  say(`CAPSULE_TEST_SEED=${seed}`);
  if (flushes > 0) return repeat({ what: 'flush', rounds: flushes, seed, kvm });
  if (vmKills > 0) return repeat({ what: 'kill', rounds: vmKills, seed, kvm });
  if (cuts === 0) return run(kills, seed, minutes * 60_000);
  await cutPower({ random: new Random(seed), cuts }, say);
  return 0;
}

function refuse(why: string): number {
  process.stderr.write(`error: ${why}\n`);
  return 2;
}

async function run(kills: number, seed: number, deadlineMs: number): Promise<number> {
  const tenth = Math.ceil(kills / 10);
  // A kill of both processes counts for each of them.
  const both = Math.ceil(kills / 50);
  const budget = { capsuled: kills - both, containerd: tenth - both, shim: tenth, both };
  try {
    say(describeProgress(await soak({ seed, budget, deadlineMs, say })));
    return 0;
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    process.stderr.write(`\n${error.message}\n\nagain: npm run soak -- --seed ${seed}\n`);
    return 1;
  }
}

/** Runs a soak of microVMs: emulated in a lab, or with KVM on the given monitor. */
async function repeat({ what, rounds, seed, kvm }: VmSoak): Promise<number> {
  if (kvm === undefined) {
    await soakInLab({ what, rounds, seed }, say);
    return 0;
  }
  const broken = await soakInMachine({ backend: kvm, what, rounds, seed }, say);
  if (broken === undefined) return 0;
  process.stderr.write(`\na promise was broken:\n${broken.join('\n')}\n`);
  return 1;
}

interface VmSoak extends VmSoakRequest {
  readonly kvm: Backend | undefined;
}
